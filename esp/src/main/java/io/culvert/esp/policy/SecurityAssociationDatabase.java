package io.culvert.esp.policy;

import io.culvert.ipsec.value.Spi;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// Which SA an inbound packet belongs to, by its SPI: the SAD, as an immutable snapshot.
///
/// SPIs are ours and random, so that their last octet spreads them evenly over buckets. A change copies one bucket, a
/// lookup searches one.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4301#section-4.4.2 RFC 4301 section 4.4.2
public final class SecurityAssociationDatabase<S> {
    private static final int BUCKETS = 256;

    private final List<Bucket<S>> buckets;

    private SecurityAssociationDatabase(List<Bucket<S>> buckets) {
        this.buckets = buckets;
    }

    /// Knows no SA.
    public static <S> SecurityAssociationDatabase<S> empty() {
        Bucket<S> none = new Bucket<>(new int[0], List.of());
        return new SecurityAssociationDatabase<>(List.copyOf(Collections.nCopies(BUCKETS, none)));
    }

    /// The SA with this SPI.
    ///
    /// @param spi the 32 bits
    public Optional<S> find(int spi) {
        return buckets.get(bucket(spi)).find(spi);
    }

    /// The same SAs and this one, in place of another with this SPI.
    public SecurityAssociationDatabase<S> with(Spi spi, S sa) {
        Bucket<S> others = buckets.get(bucket(spi.value())).without(spi.value());
        return change(spi, others.with(spi.value(), sa));
    }

    /// The same SAs but for the one with this SPI.
    public SecurityAssociationDatabase<S> without(Spi spi) {
        return change(spi, buckets.get(bucket(spi.value())).without(spi.value()));
    }

    private SecurityAssociationDatabase<S> change(Spi spi, Bucket<S> bucket) {
        List<Bucket<S>> changed = new ArrayList<>(buckets);
        changed.set(bucket(spi.value()), bucket);
        return new SecurityAssociationDatabase<>(List.copyOf(changed));
    }

    private static int bucket(int spi) {
        return spi & BUCKETS - 1;
    }

    /// SPIs in ascending order, and their SAs.
    private static final class Bucket<S> {
        private final int[] spis;
        private final List<Optional<S>> sas;

        Bucket(int[] spis, List<Optional<S>> sas) {
            this.spis = spis;
            this.sas = sas;
        }

        Optional<S> find(int spi) {
            int at = Arrays.binarySearch(spis, spi);
            return at < 0 ? Optional.empty() : sas.get(at);
        }

        /// @param spi one that is not here
        Bucket<S> with(int spi, S sa) {
            int at = -1 - Arrays.binarySearch(spis, spi);
            int[] more = new int[spis.length + 1];
            System.arraycopy(spis, 0, more, 0, at);
            more[at] = spi;
            System.arraycopy(spis, at, more, at + 1, spis.length - at);
            List<Optional<S>> moreSas = new ArrayList<>(sas);
            moreSas.add(at, Optional.of(sa));
            return new Bucket<>(more, List.copyOf(moreSas));
        }

        Bucket<S> without(int spi) {
            int at = Arrays.binarySearch(spis, spi);
            if (at < 0) {
                return this;
            }
            int[] fewer = new int[spis.length - 1];
            System.arraycopy(spis, 0, fewer, 0, at);
            System.arraycopy(spis, at + 1, fewer, at, fewer.length - at);
            List<Optional<S>> fewerSas = new ArrayList<>(sas);
            fewerSas.remove(at);
            return new Bucket<>(fewer, List.copyOf(fewerSas));
        }
    }
}
