"""The digest of a result file (src/store/digest.h), computed anew: a forged file with a right digest is one that only the checks
behind it can refuse."""

import ctypes

import h5py
import numpy as np

XXHASH = ctypes.CDLL("libxxhash.so.0")
XXHASH.XXH3_64bits_withSeed.restype = ctypes.c_uint64
XXHASH.XXH3_64bits_withSeed.argtypes = (ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64)


class Hash128(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


XXHASH.XXH3_128bits.restype = Hash128
XXHASH.XXH3_128bits.argtypes = (ctypes.c_char_p, ctypes.c_size_t)

NO_CODE = -1
LEFT_OUT = {b"digest", b"DIMENSION_LIST", b"REFERENCE_LIST"}
WORD = np.uint64
FLIP = WORD(0x1CAD21F72C81017C ^ 0xDB979083E96DD4DE)  # bytes 8 to 23 of the secret of XXH3
PRIME = WORD(0x9FB21C651E98DF25)


class Unsealed(Exception):
    """A file has something that no digest covers."""


def hashes_of_words(word, position):
    """XXH3-64 of 8 bytes each, seeded by positions below 2^32."""
    swapped = position.astype("<u4").byteswap().astype(WORD)
    value = (word >> WORD(32)) + (word << WORD(32))
    value ^= FLIP - (position ^ (swapped << WORD(32)))
    value ^= (value << WORD(49) | value >> WORD(15)) ^ (value << WORD(24) | value >> WORD(40))
    value *= PRIME
    value ^= (value >> WORD(35)) + WORD(8)
    value *= PRIME
    return value ^ (value >> WORD(28))


def sum_of(kind, array):
    """Sum of the values of a variable or an attribute, in the order of their positions."""
    flat = np.asarray(array).reshape(-1)
    position = np.arange(flat.size, dtype=WORD)
    if h5py.check_string_dtype(kind):
        texts = [text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape") for text in flat]
        return sum(XXHASH.XXH3_64bits_withSeed(text, len(text), at) for at, text in enumerate(texts) if text) % 2**64
    if kind.kind == "f":
        word, counted = flat.astype("<f8").view(WORD), ~np.isnan(flat)
    elif kind.kind in "iu":
        word = (flat.astype(np.int64) - NO_CODE if kind == np.int8 else flat).astype(WORD)
        counted = word != 0
    else:
        raise Unsealed(kind)
    return int(hashes_of_words(word[counted], position[counted]).sum(dtype=WORD))


def word(value):
    return int(value).to_bytes(8, "little")


def of_attributes(object_):
    found = b""
    names = sorted(h5py.h5a.open(object_.id, index=i).name for i in range(h5py.h5a.get_num_attrs(object_.id)))
    for name in (name for name in names if name not in LEFT_OUT):
        attribute = h5py.h5a.open(object_.id, name)
        count = attribute.get_space().get_simple_extent_npoints()
        found += name + b"\0" + word(attribute.get_type().get_class()) + word(count)
        text = h5py.check_string_dtype(attribute.dtype)
        value = object_.attrs[name.decode()] if count else np.zeros(0)
        found += np.asarray(value, attribute.dtype).tobytes() if text and text.length else word(sum_of(attribute.dtype, value))
    return found


def of_link(group, name):
    if group.get(name, getlink=True).__class__ is not h5py.HardLink:
        raise Unsealed(name)
    object_ = group[name]
    if isinstance(object_, h5py.Group):
        return name.encode() + b"\0" + word(2) + seal(object_).encode() + b"\0"
    if not isinstance(object_, h5py.Dataset) or not object_.shape:
        raise Unsealed(name)
    if object_.size > 1 << 24:
        raise Unsealed(name)
    shape = b"".join(word(size) for size in object_.shape)
    values = sum_of(object_.dtype, object_[...]) if object_.id.get_storage_size() else 0
    return (name.encode() + b"\0" + word(5) + word(object_.id.get_type().get_class()) + word(len(object_.shape)) + shape
            + word(values) + of_attributes(object_))


def address(object_):
    return h5py.h5o.get_info(object_.id).addr


def target(file, reference):
    """The address of the object that a reference leads to; 0 if there is none."""
    try:
        return address(file[reference])
    except (KeyError, OSError, RuntimeError, ValueError):
        return 0


def attach(file):
    """Makes the scales of a file list the variables that name them, as the program compares both lists."""
    variables, uses = {}, {}
    file.visititems(lambda _, item: variables.update({address(item): item}) if isinstance(item, h5py.Dataset) else None)
    for variable in variables.values():
        named = [target(file, axis[0]) for axis in variable.attrs.get("DIMENSION_LIST", ())]
        if not variables.keys() >= set(named):  # one of the scales is gone
            del variable.attrs["DIMENSION_LIST"]
            continue
        for axis, scale in enumerate(named):
            uses.setdefault(scale, []).append((address(variable), axis))
    for at, scale in variables.items():
        listed = [(target(file, user), axis) for user, axis in scale.attrs.get("REFERENCE_LIST", ())]
        if sorted(uses.get(at, [])) == sorted(listed):
            continue
        if "REFERENCE_LIST" in scale.attrs:
            del scale.attrs["REFERENCE_LIST"]
        if at in uses:
            entries = [(variables[user].ref, axis) for user, axis in uses[at]]
            scale.attrs["REFERENCE_LIST"] = np.array(entries, [("dataset", h5py.ref_dtype), ("dimension", "i4")])


def seal(group):
    """Gives a group of a file and the groups in it their digests; returns that of the group."""
    group = group[group.name]  # a file is not its root
    text = of_attributes(group) + b"".join(of_link(group, name) for name in sorted(group, key=str.encode))
    found = XXHASH.XXH3_128bits(text, len(text))
    digest = f"{found.high:016x}{found.low:016x}"
    if group.attrs.get("digest") != digest:
        group.attrs["digest"] = digest
    return digest


def seal_file(path):
    """Makes a closed file agree with itself: its digests, and its lists of dimensions. (libhdf5 fails where it follows a
    reference to an object that was removed from the file while it is open.)"""
    with h5py.File(path, "r+") as file:
        attach(file)
        seal(file)
