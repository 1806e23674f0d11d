"""Entries of the table that differ only in the text of the expression.

`{axis}` in a text is an axis of `a`, `{k}` a small integer, `{b}` an array that
broadcasts with `a`, `{same}` one of the same shape, and `{o}` an order of axes.
"""

import ulab_oracle as oracle
from hypothesis import strategies as st
from ulab_generator import ALL, FLOATS, INTEGERS, REALS
from ulab_table import Case, covers


def simple(names, *texts, dtypes=ALL, ndim=(1, 4), shapes=None, kind="finite", ulps=0, oracle=None, **options):
    """Entries of one or more names; `NAME` in a text is the name, with `np.` or `a.` in front."""

    @covers(*names.split())
    def draw(program, name):
        shape = program.pick(*shapes) if shapes else None
        a = program.array("a", dtypes, ndim=ndim, kind=kind, shape=shape)
        text = program.pick(*texts)
        if "{b}" in text:
            program.array("b", dtypes, program.broadcast_shape(a.shape), kind=kind)
        if "{same}" in text:
            program.array("same", (options.get("same_dtype") or ("complex" if a.dtype.kind == "c" else a.dtype.name),),
                          a.shape, kind=kind)  # fmt: skip
        values = {
            "axis": program.axis(a, none=False) if "{axis}" in text else None,
            "axes": program.axes(a) if "{axes}" in text else None,
            "k": program.whole(-3, 3) if "{k}" in text else None,
            "n": program.whole(0, 4) if "{n}" in text else None,
            "o": tuple(program.draw(st.permutations(range(a.ndim)))) if "{o}" in text else None,
            "b": "b", "same": "same", "side": a.shape[0], "size": a.size,
        }  # fmt: skip
        text = text.format(**values)
        method = name.startswith("ndarray.")
        call = text.replace("NAME(a, ", f"a.{name[8:]}(").replace("NAME(a)", f"a.{name[8:]}()") if method else text
        function = name.removeprefix("ndarray.")
        expected = (oracle or text).replace("NAME", f"np.{function}").format(**values)
        case = {key: value for key, value in options.items() if key != "same_dtype"}
        return Case(call.replace("NAME", f"np.{name}"), expected, ulps=ulps, **case)

    return draw


# Shapes and places

simple("squeeze ndarray.squeeze", "NAME(a)", shapes=((1, 3), (3, 1, 2), (1, 1, 4, 1), (5,), (2, 1)))
simple("expand_dims", "NAME(a, {n})", ndim=(1, 3), shapes=((3,), (2, 3), (0, 2), (2, 3, 4)), error=("ValueError", "IndexError"))
simple("ravel ndarray.ravel", "NAME(a)")
simple("reshape", "NAME(a, {size})", "NAME(a, (-1, 1))", shapes=((3,), (2, 3), (4, 1, 2)))
simple("transpose", "NAME(a)", "NAME(a, {o})")
simple("swapaxes ndarray.swapaxes", "NAME(a, {axis}, 0)")
simple("moveaxis", "NAME(a, {axis}, 0)", "NAME(a, 0, {axis})")
simple("rollaxis", "NAME(a, {axis})")
simple("atleast_1d atleast_2d atleast_3d", "NAME(a)")
simple("atleast_1d atleast_2d", "NAME(2.5)")
simple("stack", "NAME((a, a[::-1]), axis=0)", "NAME([a, a, a], axis=1)", "NAME((a,), axis=-1)", ndim=(1, 3))
simple("vstack hstack dstack column_stack", "NAME((a, a[::-1]))", "NAME([a])", ndim=(1, 3))
simple("vstack hstack", "NAME((a, {same}))", ndim=(1, 3))
simple("append", "NAME(a, {same})", "NAME(a, {same}, axis={axis})")
simple("split array_split", "NAME(a, 1)", "NAME(a, [1, 2])", "NAME(a, [1], axis={axis})")
simple("array_split", "NAME(a, 3, axis={axis})")
simple("split", "NAME(a, 2)", shapes=((4,), (2, 3), (6, 2)))
simple("hsplit vsplit", "NAME(a, [1])", shapes=((4, 3), (2, 5)))
simple("dsplit", "NAME(a, [1])", shapes=((4, 3, 2), (2, 5, 3)))
simple("tile", "NAME(a, 2)", "NAME(a, (2, 3))", "NAME(a, (1,))", "NAME(a, 0)", ndim=(1, 3))
simple("repeat ndarray.repeat", "NAME(a, {n})", "NAME(a, {n}, axis={axis})")
simple("pad", "NAME(a, {n})", "NAME(a, (1, 2))", "NAME(a, 1, mode='edge')", "NAME(a, 2, mode='reflect')",
       "NAME(a, (0, 3), mode='wrap')", "NAME(a, 2, mode='symmetric')", "NAME(a, 1, constant_values=3)",
       shapes=((4,), (3, 4), (5, 3, 3), (3,)))  # fmt: skip
simple("broadcast_to", "NAME(a, (2,) + a.shape)", "NAME(a, a.shape)", "NAME(a, (3, 1) + a.shape)", ndim=(1, 2))
simple("broadcast_to", "NAME(2, (2, 3))", any_dtype=True)
simple("broadcast_arrays", "NAME(a, {b})", "NAME(a)")
simple("broadcast_shapes", "NAME(a.shape, (1,))", "NAME((2, 1), (3,))", "NAME((2,), (3,))", "NAME()", "NAME(3, (2, 1))")
simple("fliplr", "NAME(a)", ndim=(2, 4))
simple("flipud", "NAME(a)")
simple("rot90", "NAME(a, {k})", "NAME(a)", ndim=(2, 4))
simple("diagonal ndarray.diagonal", "NAME(a, {k})", "NAME(a, 0, -1, 0)", ndim=(2, 4))
simple("diag", "NAME(a, k={k})", "NAME(a)", shapes=((3,), (2, 4), (4, 2), (3, 3), (0,), (1, 5)))
simple("trace ndarray.trace", "NAME(a)", dtypes=REALS, shapes=((3, 3), (1, 1), (5, 5)), any_dtype=True, ulps=16, size="np.sized(a)")
simple("tri", "NAME(3)", "NAME(3, 4, {k})", "NAME(2, {n}, dtype=np.uint8)")
simple("tril triu", "NAME(a, k={k})", "NAME(a)", ndim=(2, 4))
simple("meshgrid", "NAME(a, a[:3])", "NAME(a, a[:2], a[:1], indexing='ij')", "NAME(a)", ndim=(1, 1), shapes=((3,), (5,), (0,)))
simple("ix_", "NAME(a, a[:2])", shapes=((3,), (1,)), dtypes=REALS[1:])
simple("copy", "NAME(a)", kind="any")
simple("take ndarray.take", "NAME(a, np.array([0, 1, -1, 0], dtype=np.int16))", "NAME(a, [1, 0], axis={axis})",
       shapes=((3,), (2, 3), (2, 2, 4), (3, 2, 2, 2)))  # fmt: skip
simple("take", "NAME(a, [7, -8, 100], mode='wrap')", "NAME(a, [7, -8], mode='wrap', axis={axis})", "NAME(a, 1)",
       shapes=((3,), (2, 3), (2, 2, 4)))  # fmt: skip
simple("take", "NAME(a, [7, 0, 100], mode='clip')", shapes=((3,), (2, 3), (2, 2, 4)))
simple("compress", "NAME([True, False, True], a, axis=0)", "NAME(np.array([0, 1, 1], dtype=np.uint8) > 0, a, axis=0)",
       shapes=((3,), (3, 4), (3, 2, 2)))  # fmt: skip
simple("delete", "NAME(a, 1)", "NAME(a, [0, -1])", "NAME(a, 1, axis={axis})", "NAME(a, [])",
       shapes=((3,), (2, 3), (2, 2, 4)))  # fmt: skip
simple("insert", "NAME(a, 1, 5)", "NAME(a, [0, 2], [1, 2])", "NAME(a, 1, 3, axis={axis})", dtypes=REALS[1:],
       shapes=((3,), (2, 3), (2, 2, 4)))  # fmt: skip
simple("fft.fftshift fft.ifftshift", "NAME(a)", "NAME(a, axes={axis})", dtypes=REALS)

# Like another array

simple("zeros_like ones_like", "NAME(a)", "NAME(a, dtype=np.int16)")
simple("empty_like", "NAME(a)")
simple("full_like", "NAME(a, 3)", "NAME(a, 1, dtype=np.float32)")
simple("fromiter", "NAME([1, 2, 3], dtype=np.uint8)", "NAME((x * 2 for x in range(5)), dtype=np.float)",
       "NAME(range(4), dtype=np.float32)", "NAME(range(9), dtype=np.int16, count=3)")  # fmt: skip
simple("fromfunction", "NAME(lambda i, j: i * 2 + j, (2, 3), dtype=np.float)", "NAME(lambda i: i, (4,), dtype=np.float)")
simple("indices", "NAME((2, 3))", "NAME((4,))", any_dtype=True)
simple("geomspace", "NAME(1, 1000, 4)", "NAME(1, 256, num=9)", "NAME(256, 1, num=9, endpoint=False)", ulps=64)

# Sums and orders

simple("prod nanprod ndarray.prod", "NAME(a)", "NAME(a, axis={axis})", dtypes=FLOATS, kind="unit", ulps=2048)
simple("prod", "NAME(a)", dtypes=("uint8", "int16"), kind="small", shapes=((3,), (2, 3)))
simple("cumsum ndarray.cumsum", "NAME(a)", "NAME(a, axis={axis})", dtypes=FLOATS, ulps=512, size="np.sized(a)")
simple("cumprod ndarray.cumprod", "NAME(a)", "NAME(a, axis={axis})", dtypes=FLOATS, kind="unit", ulps=4096)
simple("cumsum cumprod", "NAME(a)", "NAME(a, axis={axis})", dtypes=("uint8", "int16", "bool"), kind="unit", any_dtype=True,
       shapes=((9,), (3, 4), (2, 3, 4)))  # fmt: skip
simple("ptp ndarray.ptp", "NAME(a)", "NAME(a, axis={axis})", dtypes=FLOATS, ulps=1)
simple("count_nonzero", "NAME(a)", "NAME(a, axis={axis})", kind="small", any_dtype=True)
simple("nonzero ndarray.nonzero", "NAME(a)", kind="small", any_dtype=True)
simple("flatnonzero argwhere", "NAME(a)", kind="small", any_dtype=True)
simple("average", "NAME(a)", "NAME(a, axis={axis})", "NAME(a, weights=abs(a) + 1)", dtypes=FLOATS, ulps=512, size="np.sized(a)",
       shapes=((5,), (3, 4), (2, 3, 4)))  # fmt: skip
simple("nansum nanmean", "NAME(a)", "NAME(a, axis={axis})", dtypes=FLOATS, ulps=512, size="np.sized(a)")
simple("nanstd nanvar", "NAME(a)", "NAME(a, axis={axis})", dtypes=FLOATS, ulps=4096, size="np.sized(a) ** 2 + 1",
       shapes=((5,), (3, 4), (2, 3, 4)))  # fmt: skip
simple("nanmax nanmin nanargmax nanargmin", "NAME(a)", "NAME(a, axis={axis})", dtypes=FLOATS, any_dtype=True,
       shapes=((5,), (3, 4), (2, 3, 4)))  # fmt: skip
simple("nanmedian", "NAME(a)", "NAME(a, axis={axis})", dtypes=FLOATS, any_dtype=True, ulps=16, shapes=((5,), (3, 4)))
simple("nanpercentile nanquantile", "NAME(a, 0.25)", "NAME(a, 1, axis={axis})", dtypes=("float64",), ulps=64, size="np.sized(a)",
       shapes=((5,), (3, 4)))  # fmt: skip
simple("percentile", "NAME(a, 50)", "NAME(a, 12.5, axis={axis})", "NAME(a, [10, 90])", "NAME(a, 100)", dtypes=REALS[1:],
       shapes=((5,), (3, 4), (2, 3, 4)), ulps=64, any_dtype=True, size="np.sized(a)")  # fmt: skip
simple("quantile", "NAME(a, 0.5)", "NAME(a, 0.3, axis={axis})", "NAME(a, [0, 1, 0.25])", dtypes=REALS[1:],
       shapes=((5,), (3, 4), (2, 3, 4)), ulps=64, any_dtype=True, size="np.sized(a)")  # fmt: skip
simple("unique", "NAME(a)", "NAME(a, return_counts=True)", "NAME(a, return_index=True)", dtypes=REALS[1:], kind="small",
       any_dtype=True)  # fmt: skip
simple("unique", "NAME(a, return_inverse=True)", dtypes=REALS[1:], kind="small", any_dtype=True, ndim=(1, 1))
simple("searchsorted ndarray.searchsorted", "NAME(a, [0.5, 3, -2])", "NAME(a, 1)", dtypes=REALS[1:], kind="small", any_dtype=True,
       shapes=((0,), (1,)))  # fmt: skip
simple("digitize", "NAME(a, [-2, 0, 1, 3])", "NAME(a, [3, 1, -2])", "NAME(a, [0, 1], right=True)", dtypes=REALS, any_dtype=True,
       kind="small")  # fmt: skip
simple("bincount", "NAME(a)", "NAME(a, minlength=12)", "NAME(a, weights=a * 0.5)", dtypes=("uint8", "uint16"), kind="small",
       ndim=(1, 1), any_dtype=True)  # fmt: skip
simple("histogram", "NAME(a)", "NAME(a, bins=4)", "NAME(a, bins=5, range=(-2, 3))", "NAME(a, bins=[-1, 0, 2])", dtypes=REALS[1:],
       kind="small", any_dtype=True, ulps=16, shapes=((9,), (300,), (4, 5)))  # fmt: skip
simple("isin in1d", "NAME(a, [1, 2, 0])", "NAME(a, [])", kind="small", dtypes=REALS[1:], ndim=(1, 1))
simple("intersect1d union1d setdiff1d setxor1d", "NAME(a, {same})", kind="small", dtypes=REALS[1:], ndim=(1, 1))
simple("sort_complex", "NAME(a)", dtypes=("complex",), ndim=(1, 1))

# Numbers

simple("around round ndarray.round", "NAME(a)", dtypes=REALS)
simple("signbit", "NAME(a)", dtypes=REALS[1:], kind="any")
simple("real imag conjugate conj isreal iscomplex", "NAME(a)", dtypes=REALS[1:] + ("complex",))
simple("ndarray.conj ndarray.conjugate", "NAME(a)", dtypes=REALS[1:] + ("complex",))
simple("iscomplexobj isrealobj isscalar", "NAME(a)", "NAME(1)", "NAME(1j)")
simple("nan_to_num", "NAME(a)", "NAME(a, nan=1, posinf=2, neginf=3)", dtypes=FLOATS, kind="any")
simple("sign", "NAME(a)", dtypes=REALS[1:], kind="any")
simple("square negative", "NAME(a)", dtypes=REALS[1:], kind="finite")
simple("reciprocal", "NAME(a)", dtypes=FLOATS, kind="any")
simple("logical_and logical_or logical_xor", "NAME(a, {b})", "NAME(a, 1)", dtypes=REALS, kind="small")
simple("logical_not", "NAME(a)", dtypes=REALS, kind="small")
simple("isclose allclose", "NAME(a, {b})", "NAME(a, a)", "NAME(a, a, equal_nan=True)", "NAME(a, {same}, atol=2, rtol=0)",
       dtypes=FLOATS, kind="any")  # fmt: skip
simple("array_equal", "NAME(a, {same})", "NAME(a, a)", "NAME(a, a[:1])", dtypes=REALS, kind="small")
simple("ndarray.clip", "NAME(a, 0, 5)", dtypes=("float64", "int16"), any_zero=True)
simple("cross", "NAME(a, {same})", dtypes=FLOATS, shapes=((3,),), ulps=8, size="np.sized(a) * np.sized(same)")
simple("trapz trapezoid", "NAME(a)", "NAME(a, dx=0.5)", "NAME(a, np.sort({same}))", dtypes=("float64", "int16"), ndim=(1, 1),
       ulps=64, size="np.sized(a)")  # fmt: skip
simple("polyval", "NAME([1, -2, 0.5], a)", "NAME([3], a)", "NAME([1, 2], 2.5)", dtypes=("float64", "uint8"), ulps=16,
       size="np.sized(a) ** 2 + 1")  # fmt: skip
simple("inner", "NAME(a, {same})", dtypes=FLOATS, ndim=(1, 1), ulps=64, size="np.sized(a) * np.sized(same)")
simple("outer", "NAME(a, {same})", dtypes=FLOATS, shapes=((3,), (0,), (1,), (33,), (131,)), ulps=64,
       size="np.sized(a) * np.sized(same)")  # fmt: skip
simple("vdot", "NAME(a, {same})", dtypes=("float64",), ndim=(1, 2), ulps=64, size="np.sized(a) * np.sized(same)")
simple("kron", "NAME(a, a)", dtypes=FLOATS, shapes=((3,), (2, 2)))
simple("convolve", "NAME(a, {same})", "NAME(a, {same}, mode='same')", "NAME(a, {same}, mode='valid')", "NAME(a, a[:2])",
       dtypes=("float64", "complex"), shapes=((5,), (17,), (2,), (40,)), ulps=64, size="np.sized(a) * 300")  # fmt: skip
simple("correlate", "NAME(a, {same})", "NAME(a, {same}, mode='full')", "NAME(a, a[:2], mode='same')",
       dtypes=("float64", "complex"), shapes=((5,), (17,), (2,)), ulps=64, size="np.sized(a) * 300")  # fmt: skip
simple("gradient", "NAME(a)", "NAME(a, 0.5)", dtypes=("float64",), shapes=((5,), (2,), (131,)), ulps=16, size="np.sized(a)")
simple("ediff1d", "NAME(a)", dtypes=FLOATS)
simple("unwrap", "NAME(a)", dtypes=("float64",), ndim=(1, 1), ulps=512, size="np.sized(a)")
simple("interp", "NAME(a, [-2, 0, 1, 3], [1, 5, 2, 2.5])", "NAME(a, [0, 1], [3, 4], left=-1, right=9)", dtypes=("float64", "int16"),
       kind="small", ndim=(1, 1), ulps=8, size="8")  # fmt: skip
simple("select", "NAME([a > 1, a < 0], [a, a * 2], 7)", dtypes=("float64",))
simple("choose", "NAME(np.array([0, 1, 1], dtype=np.uint8), [a, a * 2])", shapes=((3,),), dtypes=("float64",))
simple("einsum", "NAME('ij,jk->ik', a, a.T)", "NAME('ij->ji', a)", "NAME('ij->', a)", "NAME('ij,ij->i', a, a)",
       dtypes=("float64",), shapes=((3, 4), (1, 2)), ulps=256, size="np.sized(a) ** 2 + 1")  # fmt: skip
simple("apply_along_axis", "NAME(lambda row: row[::-1], {axis}, a)", "NAME(lambda row: row.sum(), {axis}, a)",
       dtypes=("float64",), shapes=((3,), (2, 3), (2, 3, 4)), ulps=64, size="np.sized(a)")  # fmt: skip
simple("shape ndim", "NAME(a)", "NAME(2.5)", "NAME([1, 2])")
simple("size", "NAME(a)", "NAME(a, axis={axis})", "NAME(3)", "NAME([1, 2])")

# Functions of two, as functions

simple("add subtract multiply divide true_divide floor_divide", "NAME(a, {b})", "NAME(a, 2)", "NAME({b}, a)", dtypes=REALS,
)
simple("power", "NAME(a, {b})", dtypes=FLOATS, kind="positive", ulps=8)
simple("bitwise_and bitwise_or bitwise_xor left_shift right_shift", "NAME(a, {b})", dtypes=INTEGERS, kind="small",
)


# Attributes and methods of arrays that have no function beside them


@covers("ndarray.real", "ndarray.imag", "ndarray.flat", "ndarray.base", "ndarray.item", "ndarray.view", "ndarray.byteswap", "ndarray.fill")
def attributes_and_methods(program, name):
    attribute = name.removeprefix("ndarray.")
    if attribute == "item":
        program.array("a", ALL, (1,), kind="finite")
        return Case("a.item()")
    a = program.array("a", ALL[1:], kind="finite")
    if attribute == "flat":
        return Case("[x for x in a.flat]")
    if attribute == "base":
        return Case("a_base[:].base is not None", "True")
    if attribute == "fill":
        program.execute("a.fill(3)")
        return Case("a_base", "np.assigned(a, lambda a: a, 3, a_base)")
    if attribute == "view":
        return Case(f"np.array(a, dtype=np.{oracle.name(a.dtype)}).view(np.uint8)",
                    "np.frombuffer(np.ascontiguousarray(a).tobytes(), dtype=np.uint8).reshape(a.shape[:-1] + (-1,)) if a.size else "
                    "np.zeros(a.shape[:-1] + (a.shape[-1] * a.itemsize,), dtype=np.uint8)")  # fmt: skip
    if attribute == "byteswap":
        return Case("a.byteswap()") if a.dtype.kind != "f" else Case("a.byteswap().byteswap()", "a")
    return Case(f"a.{attribute}")


# What has no counterpart that gives a value


@covers("copyto")
def copyto(program, name):
    a = program.array("a", REALS[1:], kind="finite")
    program.array("b", (a.dtype.name,), program.broadcast_shape(a.shape), kind="finite")
    program.execute("np.copyto(a, b)")
    return Case("a_base", "np.assigned(a, lambda a: a, np.broadcast_to(b, a.shape), a_base)")


@covers("save", "load")
def npy_files(program, name):
    program.array("a", ALL, kind="any")
    program.execute("np.save('file.npy', a)")
    return Case("np.load('file.npy')", "a")


@covers("savetxt", "loadtxt")
def text_files(program, name):
    program.array("a", ("float64", "int16"), program.pick((3, 4), (1, 1), (5, 2)), kind="finite")
    program.execute("np.savetxt('file.txt', a, delimiter=',')")
    return Case("np.loadtxt('file.txt', delimiter=',')", "a.astype(np.float)", ulps=64, size="1")


@covers("polyfit")
def polyfit(program, name):
    degree = program.whole(0, 3)
    program.array("a", ("float64",), (9,), kind="unit")
    return Case(f"np.polyfit(np.linspace(0, 2, 9), a, {degree})", f"np.polyfit(np.linspace(0, 2, 9), a, {degree})", ulps=4096, size="10")


@covers("vectorize")
def vectorize(program, name):
    program.array("a", ("float64", "uint8"), kind="finite")
    dtype = program.pick("float", "float32")
    return Case(f"np.vectorize(lambda x: x * 0.5 + 1, otypes=np.{dtype})(a)", f"(a * 0.5 + 1).astype(np.{dtype})", any_dtype=False)


@covers("set_printoptions", "get_printoptions")
def printoptions(program, name):
    threshold = program.pick(2, 20, 10)
    program.execute(f"np.set_printoptions(threshold={threshold}, edgeitems=1)")
    program.execute("options = np.get_printoptions()")
    program.execute("text = repr(np.arange(12, dtype=np.uint8))")
    program.execute("np.set_printoptions(threshold=10, edgeitems=3)")
    items = "0, ..., 11" if threshold < 12 else "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"
    return Case("options['threshold'], options['edgeitems'], text", repr((threshold, 1, f"array([{items}], dtype=uint8)")))


@covers("ndinfo")
def ndinfo(program, name):
    program.array("a", ALL)
    return Case("np.ndinfo(a)", "None")


@covers("ndarray")
def construction(program, name):
    program.array("a", REALS[1:], (6,), dense=True)
    return Case("np.ndarray((3, 2), dtype=np.uint8, buffer=a, offset=1, strides=(1, 1))",
                "np.ndarray((3, 2), dtype=np.uint8, buffer=np.ascontiguousarray(a), offset=1, strides=(1, 1)).copy()")  # fmt: skip


simple("tensordot", "NAME(a, {same}, axes=1)", "NAME(a, {same})", dtypes=("float64",), shapes=((4, 4), (2, 2)), ulps=256,
       size="np.sized(a) * np.sized(same)")  # fmt: skip
simple("fmod mod remainder", "NAME(a, {b})", "NAME(a, 3)", dtypes=("float64",), kind="small", any_zero=True)
simple("mod remainder", "NAME(a, 3)", "NAME(a, {same})", dtypes=("int16", "uint8", "int32"))
simple("copysign fmax fmin", "NAME(a, {same})", dtypes=FLOATS, kind="any", any_zero=True)
simple("invert bitwise_not", "NAME(a)", dtypes=("bool", *INTEGERS))
