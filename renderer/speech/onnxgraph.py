"""Two small edits of a serialised ONNX model, done on its protobuf bytes.

Both work on the wire format alone, so no ONNX library is needed (the one there is wants another protobuf).
Field numbers are those of onnx.proto: ModelProto.graph 7; GraphProto.node 1, initializer 5, input 11, output 12,
value_info 13; NodeProto.input 1, output 2; TensorProto.name 8; ValueInfoProto.name 1.
"""

from __future__ import annotations

from collections.abc import Iterator

_GRAPH, _NODE, _INITIALIZER, _INPUT, _OUTPUT, _VALUE_INFO = 7, 1, 5, 11, 12, 13
_NODE_INPUT, _NODE_OUTPUT, _TENSOR_NAME, _VALUE_NAME = 1, 2, 8, 1

Field = tuple[int, bytes, bytes]
"""Number, payload without its length prefix, and the field exactly as it was written."""


def with_output(model: bytes, tensor: str) -> bytes:
    """The model with ``tensor`` as one more graph output.

    Parsers merge a repeated message field, so a second ``graph`` holding only the new output is appended.
    """
    return model + _message(_GRAPH, _message(_OUTPUT, _message(_VALUE_NAME, tensor.encode())))


def cut_to(model: bytes, tensor: str) -> bytes:
    """The part of the model that ``tensor`` needs, with ``tensor`` as its only output.

    Nodes are kept from which the tensor can be reached; ONNX lists them in order, so one walk from the last to
    the first finds them all.
    """
    fields = list(_fields(model))
    graph = b"".join(payload for number, payload, _ in fields if number == _GRAPH)
    others = b"".join(raw for number, _, raw in fields if number != _GRAPH)
    return others + _message(_GRAPH, _cut_graph(list(_fields(graph)), tensor))


def _cut_graph(fields: list[Field], tensor: str) -> bytes:
    needed = {tensor.encode()}
    nodes = []
    for _, payload, raw in reversed([field for field in fields if field[0] == _NODE]):
        if needed.isdisjoint(_strings(payload, _NODE_OUTPUT)):
            continue
        needed.update(_strings(payload, _NODE_INPUT))
        nodes.append(raw)
    kept = [raw for number, payload, raw in fields if _is_kept(number, payload, needed)]
    output = _message(_OUTPUT, _message(_VALUE_NAME, tensor.encode()))
    return b"".join([*reversed(nodes), *kept, output])


def _is_kept(number: int, payload: bytes, needed: set[bytes]) -> bool:
    if number in (_NODE, _OUTPUT):
        return False
    if number == _INITIALIZER:
        return not needed.isdisjoint(_strings(payload, _TENSOR_NAME))
    if number in (_INPUT, _VALUE_INFO):
        return number == _INPUT or not needed.isdisjoint(_strings(payload, _VALUE_NAME))
    return True


def _strings(message: bytes, number: int) -> list[bytes]:
    return [payload for found, payload, _ in _fields(message) if found == number]


def _fields(message: bytes) -> Iterator[Field]:
    place = 0
    while place < len(message):
        begin = place
        key, place = _varint(message, place)
        start, place = _extent(message, place, key & 7)
        yield key >> 3, message[start:place], message[begin:place]


def _extent(message: bytes, place: int, wire_type: int) -> tuple[int, int]:
    if wire_type == 0:
        return place, _varint(message, place)[1]
    if wire_type == 2:
        length, place = _varint(message, place)
        return place, place + length
    sizes = {1: 8, 5: 4}
    return place, place + sizes[wire_type]


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7


def _message(number: int, payload: bytes) -> bytes:
    return _written_varint(number << 3 | 2) + _written_varint(len(payload)) + payload


def _written_varint(value: int) -> bytes:
    written = bytearray()
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
