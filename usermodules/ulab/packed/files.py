"""Arrays in files: NumPy's .npy format and columns of text."""

from array import array as _values

from ulab import numpy as _np

_KINDS = {"?": "b1", "B": "u1", "b": "i1", "H": "u2", "h": "i2", "I": "u4", "i": "i4", "f": "f4", "d": "f8", "c": "c16"}


def save(path, a):
    if not isinstance(path, str) or not isinstance(a, _np.ndarray):
        raise TypeError("need a path and an ndarray, not %s and %s" % (type(path).__name__, type(a).__name__))
    shape = ", ".join([str(n) for n in a.shape]) + ("," if a.ndim == 1 else "")
    order = "|" if a.itemsize == 1 else "<"
    header = "{'descr': '%s%s', 'fortran_order': False, 'shape': (%s), }" % (order, _KINDS[chr(_np._dtype(a))], shape)
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00\x76\x00")
        file.write("%-117s\n" % header)
        file.write(a.tobytes())


def _between(text, before, after):
    start = text.index(before) + len(before)
    return text[start : text.index(after, start)]


def load(path):
    if not isinstance(path, str):
        raise TypeError("need a path, not %s" % type(path).__name__)
    with open(path, "rb") as file:
        start = file.read(10)
        if start[:6] != b"\x93NUMPY" or len(start) < 10:
            raise RuntimeError("corrupted file: no .npy header")
        if start[6] > 1:
            # The length has four bytes from version 2 on; no header needs so much.
            file.read(2)
        try:
            text = file.read(start[8] | start[9] << 8).decode()
            kind = _between(text, "'descr': '", "'")
            fortran = _between(text, "'fortran_order': ", ",") == "True"
            shape = [int(n) for n in _between(text, "'shape': (", ")").split(",") if n.strip()] or [1]
        except ValueError:
            raise RuntimeError("corrupted file: no dtype and shape in its header")
        dtypes = [ord(code) for code, name in _KINDS.items() if name == kind[1:]]
        if not dtypes:
            raise TypeError("dtype '%s' has no counterpart" % kind)
        a = _np.empty(tuple(reversed(shape) if fortran else shape), dtype=dtypes[0])
        have = file.readinto(a)
    if have != a.size * a.itemsize:
        raise RuntimeError("corrupted file: need %d bytes of items, have %d" % (a.size * a.itemsize, have))
    if kind[0] == ">":
        a = a.byteswap()
    return a.T.copy() if fortran else a


def loadtxt(path, *, delimiter=None, comments=None, max_rows=-1, usecols=None, dtype=_np.float, skiprows=0):
    if not isinstance(path, str):
        raise TypeError("need a path, not %s" % type(path).__name__)
    values = _values("d")
    columns = None
    rows = 0
    if isinstance(usecols, int):
        usecols = (usecols,)
    with open(path) as file:
        for line in file:
            if skiprows > 0:
                skiprows -= 1
                continue
            if rows == max_rows:
                break
            line = line.split(comments or "#")[0].strip()
            if not line:
                continue
            items = line.split(delimiter[0] if delimiter else None)
            if usecols is not None:
                if max(usecols) >= len(items):
                    raise ValueError("usecols is too high: row %d has %d columns" % (rows, len(items)))
                items = [items[i] for i in usecols]
            if columns is None:
                columns = len(items)
            elif columns != len(items):
                raise ValueError("row %d has %d columns, not %d" % (rows, len(items), columns))
            for item in items:
                values.append(float(item))
            rows += 1
    if not rows:
        raise ValueError("empty file")
    return _np.frombuffer(values).reshape((rows, columns)).astype(dtype)


def savetxt(path, a, *, delimiter=None, header=None, footer=None, comments=None):
    if not isinstance(path, str) or not isinstance(a, _np.ndarray):
        raise TypeError("need a path and an ndarray, not %s and %s" % (type(path).__name__, type(a).__name__))
    if a.ndim > 2:
        raise ValueError("array has too many dimensions")
    delimiter = " " if delimiter is None else delimiter
    comments = "# " if comments is None else comments
    with open(path, "w") as file:
        if header is not None:
            file.write(comments + header + "\n")
        for row in a.tolist():
            file.write(delimiter.join(["%.15f" % item for item in (row if a.ndim == 2 else (row,))]) + "\n")
        if footer is not None:
            file.write(comments + footer + "\n")
