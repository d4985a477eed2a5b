-- Wireshark dissector for IKE and ESP in TCP streams.
--
-- Use:  tshark -X lua_script:ike-over-tcp.lua -r capture.pcap
--
-- Two ways are known, told apart by the first octets which the TCP originator sends:
--   RFC 9329   "IKETCP" once, then frames: a 16-bit Length that counts itself, and ESP or a marker and IKE
--   raw        IKE messages one after the other, delimited by the Length of their own headers
-- Wireshark's own "tcpencap" reads an older, proprietary format; its "isakmp" on TCP does not put
-- segments together. Other ports than 500 and 4500:  -d tcp.port==443,ike_over_tcp

local over_tcp = Proto("ike_over_tcp", "IKE and ESP over TCP")

local prefix_field = ProtoField.string("ike_over_tcp.prefix", "Stream prefix")
local length_field = ProtoField.uint16("ike_over_tcp.length", "Length, counting itself")
local marker_field = ProtoField.uint32("ike_over_tcp.non_esp_marker", "Non-ESP marker", base.HEX)
local keepalive_field = ProtoField.none("ike_over_tcp.keepalive", "NAT keepalive")
over_tcp.fields = { prefix_field, length_field, marker_field, keepalive_field }

local bad_length = ProtoExpert.new(
    "ike_over_tcp.bad_length", "Length is less than its own header",
    expert.group.MALFORMED, expert.severity.ERROR)
over_tcp.experts = { bad_length }

local relative_sequence = Field.new("tcp.seq")
local stream_number = Field.new("tcp.stream")
local isakmp = Dissector.get("isakmp")
local esp = Dissector.get("esp")

local PREFIX = "IKETCP"
local LENGTH_OCTETS = 2
local MARKER_OCTETS = 4
local IKE_HEADER_OCTETS = 28
local IKE_LENGTH_OFFSET = 24

local encapsulated = {} -- by TCP stream: true for RFC 9329

function over_tcp.init()
    encapsulated = {}
end

-- Both: the offset behind the message at offset, or nil when more octets are needed.

local function dissect_frame(buffer, offset, pinfo, tree)
    if buffer:len() - offset < LENGTH_OCTETS then return nil end
    local length = buffer(offset, LENGTH_OCTETS):uint()
    if length < LENGTH_OCTETS then
        tree:add_proto_expert_info(bad_length)
        return buffer:len()
    end
    if buffer:len() - offset < length then return nil end
    local subtree = tree:add(over_tcp, buffer(offset, length))
    subtree:add(length_field, buffer(offset, LENGTH_OCTETS))
    local content = offset + LENGTH_OCTETS
    local content_length = length - LENGTH_OCTETS
    if content_length == 1 and buffer(content, 1):uint() == 0xff then
        subtree:add(keepalive_field, buffer(content, 1))
    elseif content_length > MARKER_OCTETS then
        if buffer(content, MARKER_OCTETS):uint() == 0 then
            subtree:add(marker_field, buffer(content, MARKER_OCTETS))
            local message = buffer(content + MARKER_OCTETS, content_length - MARKER_OCTETS)
            isakmp:call(message:tvb(), pinfo, tree)
        else
            esp:call(buffer(content, content_length):tvb(), pinfo, tree)
        end
    end
    return offset + length
end

local function dissect_message(buffer, offset, pinfo, tree)
    if buffer:len() - offset < IKE_HEADER_OCTETS then return nil end
    local length = buffer(offset + IKE_LENGTH_OFFSET, 4):uint()
    if length < IKE_HEADER_OCTETS then
        tree:add_proto_expert_info(bad_length)
        return buffer:len()
    end
    if buffer:len() - offset < length then return nil end
    isakmp:call(buffer(offset, length):tvb(), pinfo, tree)
    return offset + length
end

function over_tcp.dissector(buffer, pinfo, tree)
    local offset = 0
    local stream = stream_number().value
    local to_listener = pinfo.match_uint == pinfo.dst_port
    local first = relative_sequence().value == 1 or encapsulated[stream] == nil
    if to_listener and first then
        if buffer:len() < #PREFIX then
            pinfo.desegment_offset = 0
            pinfo.desegment_len = DESEGMENT_ONE_MORE_SEGMENT
            return
        end
        encapsulated[stream] = buffer(0, #PREFIX):string() == PREFIX
        if encapsulated[stream] then
            tree:add(prefix_field, buffer(0, #PREFIX))
            offset = #PREFIX
        end
    end
    local dissect = encapsulated[stream] and dissect_frame or dissect_message
    while offset < buffer:len() do
        local behind = dissect(buffer, offset, pinfo, tree)
        if behind == nil then
            pinfo.desegment_offset = offset
            pinfo.desegment_len = DESEGMENT_ONE_MORE_SEGMENT
            return
        end
        offset = behind
    end
end

DissectorTable.get("tcp.port"):add(500, over_tcp)
DissectorTable.get("tcp.port"):add(4500, over_tcp)
