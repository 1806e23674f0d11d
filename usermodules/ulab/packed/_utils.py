"""Numbers out of buffers, and spectra."""

from ulab import numpy as _np


def _float_out(out, size):
    if not isinstance(out, _np.ndarray):
        raise TypeError("output must be an ndarray")
    if out.dtype not in (_np.float64, _np.float32) or out.ndim != 1:
        raise TypeError("output must have 1 dimension of float dtype")
    if len(out) < size:
        raise ValueError("output needs %d items, has %d" % (size, len(out)))


def _reader(dtype):
    def read(buf, out=None, byteswap=False, *, count=-1, offset=0):
        items = _np.frombuffer(buf, dtype=dtype, count=count, offset=offset)
        if byteswap:
            items = items.byteswap()
        if out is None:
            return _np.array(items)
        _float_out(out, len(items))
        out[: len(items)] = items
        return out

    return read


from_int16_buffer = _reader(_np.int16)
from_uint16_buffer = _reader(_np.uint16)
from_int32_buffer = _reader(_np.int32)
from_uint32_buffer = _reader(_np.uint32)


def spectrogram(a, *, scratchpad=None, out=None, log=False):
    if isinstance(a, _np.ndarray) and a.ndim != 1:
        raise TypeError("input must have 1 dimension")
    if scratchpad is not None:
        _float_out(scratchpad, 2 * len(a))
    if out is not None:
        _float_out(out, len(a))
    result = abs(_np.fft.fft(a))
    if log:
        result = _np.log(result, out=result)
    if out is None:
        return result
    out[:] = result
    return out
