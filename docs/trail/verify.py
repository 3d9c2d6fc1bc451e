#!/usr/bin/env python3
"""Checks a log, or the proof of one entry, with Python's standard library alone: log.md says what is checked.
usage: verify.py KEY FOLDER             every entry and hash of the log in FOLDER against its signed checkpoint
       verify.py KEY FILE.tlog-proof    that the log has the entry that FILE holds"""
import base64, hashlib, pathlib, re, sys
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)
sha256 = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
small = lambda data: int.from_bytes(data, "little")
def check(holds, problem):
    holds or sys.exit(f"verify: {problem}")
def unbase64(text):  # in the one spelling that it has
    data = base64.b64decode(text, validate=True)
    return check(base64.b64encode(data).decode() == text, "base64 in another spelling") or data
def point(data):  # RFC 8032, 5.1.3: a point of the curve of Ed25519
    y, odd = small(data) % 2**255, small(data) >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * ROOT % P
    check(y < P and x * x % P == square and (x or not odd), "a key or signature is no point of the curve")
    return (x if x % 2 == odd else P - x, y)
def add(a, b):
    both = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + both, -1, P) % P
    return (x, (a[1] * b[1] + a[0] * b[0]) * pow(1 - both, -1, P) % P)
def times(scalar, base, result=(0, 1)):
    while scalar:
        result, base, scalar = add(result, base) if scalar & 1 else result, add(base, base), scalar >> 1
    return result
def checkpoint(note, key):  # C2SP signed-note and tlog-checkpoint: the size and the root that were signed
    (name, _, public), (text, lines) = key.split("+", 2), note.decode().rsplit("\n\n", 1)
    public = unbase64(public)
    mine = [unbase64(line.split(" ")[2]) for line in lines.split("\n") if line.startswith(f"\u2014 {name} ")]
    mine = [sign[4:] for sign in mine if sign[:4] == sha256(name.encode(), b"\n", public)[:4]]
    check(public[0] == 1 and mine and lines[-1] == "\n", "the checkpoint is not signed by this key")
    for r, s in ((sign[:32], small(sign[32:])) for sign in mine):
        hash = small(hashlib.sha512(r + public[1:] + text.encode() + b"\n").digest()) % L
        holds = s < L and times(s, point((4 * pow(5, -1, P) % P).to_bytes(32, "little")))
        check(holds == add(point(r), times(hash, point(public[1:]))), "the signature does not hold")
    check(re.fullmatch(re.escape(name) + r"\n(0|[1-9][0-9]*)\n\S{44}", text), "not a checkpoint of this log")
    return int(text.split("\n")[1]), unbase64(text.split("\n")[2])
def root(hashes):  # RFC 6962, 2.1
    half = 1 << max(len(hashes) - 1, 1).bit_length() - 1
    return sha256(b"\1", root(hashes[:half]), root(hashes[half:])) if hashes[1:] else (hashes or [sha256()])[0]
def climb(hash, index, size, path):  # RFC 6962, 2.1.1: from a leaf to the root
    check(bool(path) == (size > 1), "the proof does not fit the size of the log")
    half = 1 << max(size - 1, 1).bit_length() - 1
    if index < half and size > 1:
        return sha256(b"\1", climb(hash, index, half, path[:-1]), path[-1])
    return sha256(b"\1", path[-1], climb(hash, index - half, size - half, path[:-1])) if size > 1 else hash
def path(tile, deep=""):  # C2SP tlog-tiles: 1234067 is x001/x234/067
    return (path(tile // 1000, "x") + "/" if tile > 999 else "") + f"{deep}{tile % 1000:03}"
def main(key, place):
    if place.is_file():  # C2SP tlog-proof, whose line `extra` holds the entry
        proof, note = place.read_bytes().split(b"\n\n", 1)
        head, entry, index, *hashes = proof.decode().split("\n")
        form = ["c2sp.org/tlog-proof@v1", "extra ", f"index {int(index[6:])}"]
        check([head, entry[:6], index] == form, "not a proof of an entry")
        entry, index, (size, signed) = unbase64(entry[6:]), int(index[6:]), checkpoint(note, key)
        found = 0 <= index < size and climb(sha256(b"\0", entry), index, size, [unbase64(line) for line in hashes])
        check(found == signed, f"entry {index} of the log is another one, or there is none")
        return print(f"entry {index} of {size} is in the log: {entry.decode()}")
    (size, signed), hashes, row = checkpoint((place / "checkpoint").read_bytes(), key), [], 0
    read = lambda row, n, size: (place / f"tile/{row}/{path(n)}{f'.p/{size % 256}' * (n == size // 256)}").read_bytes()
    for n in range(-(-size // 256)):
        bundle = read("entries", n, size)
        while bundle:
            end = 2 + int.from_bytes(bundle[:2], "big")
            check(end <= len(bundle), f"entries {n * 256} and up: the last one is cut off")
            hashes.append(sha256(b"\0", bundle[2:end]))
            bundle = bundle[end:]
        check(len(hashes) == min(n * 256 + 256, size), f"entries {n * 256} and up: there are more or fewer")
    check(root(hashes) == signed, "the entries do not lead to the signed root")
    while hashes:
        for n in range(-(-len(hashes) // 256)):
            there, made = read(row, n, len(hashes)), b"".join(hashes[n * 256 : n * 256 + 256])
            check(there == made, f"tile/{row}/{path(n)} does not hold the hashes of the entries")
        hashes, row = [root(hashes[n - 256 : n]) for n in range(256, len(hashes) + 1, 256)], row + 1
    print(f"{size} entries, as signed")
main(sys.argv[1], pathlib.Path(sys.argv[2]))
