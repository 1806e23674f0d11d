"""The methods of ulab.numpy.random.Generator that are written in Python."""

from ulab import numpy as _np


def integers(self, low, high=None, size=None, dtype=None, endpoint=False):
    if high is None:
        low, high = 0, low
    span = high - low + endpoint
    if span <= 0:
        raise ValueError("low >= high")
    if size is None:
        return low + int(self.random() * span)
    ends = [low, low + span - 1]
    if dtype is None:
        dtype = _np.uint32 if ends[1] >> 31 else _np.int32
    if _np.array(ends, dtype=dtype).tolist() != ends:
        raise ValueError("%d to %d do not fit the dtype" % tuple(ends))
    return _np.array(_np.floor(self.random(size) * span) + low, dtype=dtype)


def permutation(self, x):
    if isinstance(x, int):
        return _np.argsort(self.random(x))
    if not isinstance(x, _np.ndarray):
        x = _np.array(x)
    return x[permutation(self, len(x))]


def shuffle(self, x):
    order = permutation(self, len(x))
    x[:] = x[order] if isinstance(x, _np.ndarray) else [x[i] for i in order]


def choice(self, a, size=None, replace=True, p=None):
    n = a if isinstance(a, int) else len(a)
    if p is not None:
        p = _np.array(p)
        if len(p) != n or abs(_np.sum(p) - 1) > 1e-8 or _np.min(p) < 0:
            raise ValueError("p must have %d probabilities, of sum 1" % n)
    shape = 1 if size is None else size
    if not replace:
        count = len(_np.zeros(shape, dtype=_np.uint8).flatten())
        if count > (n if p is None else _np.sum(p > 0)):
            raise ValueError("cannot take %d of %d items" % (count, n))
        # The first of waiting times: P. Efraimidis and P. Spirakis, 2006.
        waits = self.random(n) if p is None else _np.log(1 - self.random(n)) / -p
        picks = _np.argsort(waits)[:count].reshape(shape)
    elif p is None:
        picks = integers(self, n, size=shape)
    else:
        sums = _np.cumsum(p)
        picks = _np.searchsorted(sums / sums[-1], self.random(shape), side="right")
    if size is None:
        picks = int(picks[0])
    elif not isinstance(a, (int, _np.ndarray)):
        a = _np.array(a)
    return picks if isinstance(a, int) else a[picks]


def standard_normal(self, size=None):
    return self.normal(size=size)


def exponential(self, scale=1, size=None):
    return _np.log(1 - self.random(size)) * -scale


def poisson(self, lam=1, size=None):
    # Events in one unit of time, by the product of their waiting times' exponentials.
    if not 0 <= lam <= 700:
        raise ValueError("lam must be from 0 to 700")
    limit = _np.exp(-lam)
    products = self.random(1 if size is None else size)
    counts = _np.zeros(products.shape, dtype=_np.int32)
    while _np.any(products > limit):
        counts += products > limit
        products *= self.random(products.shape)
    return int(counts[0]) if size is None else counts
