"""Every name of upstream ulab 6.12 is there, in the module or type where upstream has it."""

# Without ulab.__sha__ and ulab.user, which upstream has only when it is told to.
NAMES = {
    "ulab": """
        __version__ dtype numpy scipy utils
    """,
    "ulab.numpy": """
        acos acosh all any arange arctan2 argmax argmin argsort around array asarray asin asinh atan atanh bincount
        bitwise_and bitwise_or bitwise_xor bool ceil clip complex compress concatenate conjugate convolve cos cosh
        cross degrees delete diag diff dot e empty equal exp expm1 eye fft flip float floor frombuffer full
        get_printoptions imag inf int16 int8 interp isfinite isinf left_shift linalg linspace load loadtxt log log10
        log2 logspace max maximum mean median meshgrid min minimum nan ndarray ndinfo nonzero not_equal ones pi
        polyfit polyval radians random real right_shift roll save savetxt set_printoptions sin sinc sinh size sort
        sort_complex sqrt std sum take tan tanh trace trapz uint16 uint8 vectorize where zeros
    """,
    "ulab.numpy.ndarray": """
        T byteswap copy dtype flat flatten imag itemsize ndim real reshape shape size sort strides tobytes tolist
        transpose
    """,
    "ulab.numpy.fft": """
        fft ifft
    """,
    "ulab.numpy.linalg": """
        cholesky det eig inv norm qr
    """,
    "ulab.numpy.random": """
        Generator
    """,
    "ulab.numpy.random.Generator": """
        normal random uniform
    """,
    "ulab.scipy": """
        integrate linalg optimize signal special
    """,
    "ulab.scipy.linalg": """
        cho_solve solve_triangular
    """,
    "ulab.scipy.optimize": """
        bisect fmin newton
    """,
    "ulab.scipy.signal": """
        sosfilt
    """,
    "ulab.scipy.special": """
        erf erfc gamma gammaln
    """,
    "ulab.scipy.integrate": """
        quad romberg simpson tanhsinh
    """,
    "ulab.utils": """
        from_int16_buffer from_int32_buffer from_uint16_buffer from_uint32_buffer spectrogram
    """,
}

# Two of them are made, not imported.
OBJECTS = {
    "ulab.numpy.ndarray": "ulab.numpy.zeros((2, 3))",
    "ulab.numpy.random.Generator": "ulab.numpy.random.Generator(1)",
}

SCRIPT = """
import ulab
for line in {lines!r}:
    holder, name = line.rsplit(".", 1)
    try:
        there = hasattr(eval({objects!r}.get(holder, holder)), name)
    except AttributeError:
        there = False
    if not there:
        print(line)
"""


def test_names(interpreter):
    lines = [f"{holder}.{name}" for holder, names in NAMES.items() for name in names.split()]
    assert len(lines) == len(set(lines)) > 160
    missing = interpreter.run(SCRIPT.format(lines=lines, objects=OBJECTS)).split()
    assert not missing
