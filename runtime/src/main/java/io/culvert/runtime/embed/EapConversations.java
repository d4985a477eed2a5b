package io.culvert.runtime.embed;

import io.culvert.ike.api.Answer;
import io.culvert.ike.api.Question;
import io.culvert.ike.eap.EapBackend;
import io.culvert.ike.eap.EapConversation;
import io.culvert.ike.eap.EapStep;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The EAP conversations of sessions: one each at most, from the first packet to the end of either. Safe for use by many
/// threads.
final class EapConversations {
    private final Map<String, EapBackend> backends;
    private final ConcurrentHashMap<Long, EapConversation> open = new ConcurrentHashMap<>();

    EapConversations(Map<String, EapBackend> backends) {
        this.backends = backends;
    }

    /// Goes on with the conversation of a session, on the caller's thread.
    Answer continued(long session, Question.ContinueEap question) {
        EapBackend backend = backends.get(question.opening().backend());
        if (backend == null) {
            return new Answer.EapContinued(
                    new EapStep.Failed("there is no " + question.opening().backend() + " here"));
        }
        EapConversation conversation =
                open.computeIfAbsent(session, _ -> backend.open(question.opening()));
        EapStep step = question.packet().map(conversation::take).orElseGet(conversation::begin);
        if (!(step instanceof EapStep.Say)) {
            over(session);
        }
        return new Answer.EapContinued(step);
    }

    /// Drops the conversation of a session, if there is one.
    void over(long session) {
        EapConversation conversation = open.remove(session);
        if (conversation != null) {
            conversation.close();
        }
    }

    /// How many there are.
    int count() {
        return open.size();
    }
}
