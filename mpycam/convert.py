"""`mpycam convert`: ONNX files and PyTorch modules to .unn files."""

import io
from pathlib import Path

import numpy as np

from mpycam.errors import MpycamError
from mpycam.quantise import METHODS, quantise
from mpycam.unn_file import write


def from_onnx(
    source, *, calibration=None, labels=(), scale=1 / 255, offset=0.0, method=None, percentile=100.0, quantised=None,
    input_shapes=None, keep_float=(),
):  # fmt: skip
    """Return the bytes of the .unn file that computes what an ONNX model computes.

    source: a path, or the model's bytes. calibration: uint8 images (n, *input
    shape of unn) for an int8 network, a list of them for several inputs;
    without them the network is float32, but for a model with QuantizeLinear
    nodes, whose scales are taken as they are unless `quantised` is False. method,
    percentile, keep_float: as of `quantise`. labels: one str per output, or
    none. scale, offset: the network sees (pixel - offset) * scale.
    Raises MpycamError that names a node which cannot be converted and what
    would replace it.
    """
    from mpycam.onnx_import import import_onnx, load_onnx

    network = import_onnx(load_onnx(source), scale, offset, labels, input_shapes)
    if quantised is None:
        quantised = calibration is not None or network.has_scales
    if quantised:
        network = quantise(network, calibration, percentile, method, keep_float)
    return write(network)


def onnx_from_torch(module, input_shape):
    """Return the bytes of the ONNX model of a PyTorch module in eval mode.

    input_shape: (height, width) of gray or (height, width, channels) images.
    """
    import warnings

    import torch

    height, width, channels = input_shape if len(input_shape) == 3 else (*input_shape, 1)
    was_training = module.training
    data = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an exporter that needs no further package
            torch.onnx.export(
                module.eval(), (torch.zeros(1, channels, height, width),), data,
                input_names=["image"], output_names=["answer"], dynamo=False, opset_version=17,
            )  # fmt: skip
    except (RuntimeError, ValueError, TypeError, torch.onnx.errors.OnnxExporterError) as error:
        raise MpycamError(f"PyTorch cannot export the module: {error}") from error
    finally:
        module.train(was_training)
    return data.getvalue()


def from_torch(module, *, input_shape, **options):
    """Return the bytes of the .unn file that computes what a PyTorch module computes in eval mode.

    Its input is (n, channels, height, width) float32: (pixel - offset) * scale.
    input_shape: (height, width) of gray or (height, width, channels) images.
    The other arguments are those of `from_onnx`.
    """
    return from_onnx(onnx_from_torch(module, input_shape), **options)


def read_images(path, shape, limit=400):
    """Calibration images (n, *shape) uint8 from a .npy file, a picture or a folder of pictures.

    At most `limit` of them, spread over what there is; pictures are scaled to the shape.
    """
    from PIL import Image

    path = Path(path)
    if path.suffix == ".npy":
        try:
            images = np.load(path)
        except (ValueError, EOFError) as error:
            raise MpycamError(f"{path}: not an array of images: {error}") from error
        if images.dtype != np.uint8 or images.shape[1:] != tuple(shape):
            raise MpycamError(f"{path}: {images.dtype} of shape {images.shape}, need uint8 of (n, {tuple(shape)})")
        return images[:: max(1, len(images) // limit)][:limit]
    kinds = {".jpg", ".jpeg", ".png", ".bmp", ".ppm", ".pgm"}
    files = sorted(part for part in path.rglob("*") if part.suffix.lower() in kinds) if path.is_dir() else [path]
    if not files:
        raise MpycamError(f"{path}: no pictures")
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] != 3):
        raise MpycamError(f"pictures are gray or have three channels, the network takes {tuple(shape)}: give a .npy file")
    mode, pictures = "L" if len(shape) == 2 else "RGB", []
    for file in files[:: max(1, len(files) // limit)][:limit]:
        try:
            with Image.open(file) as picture:
                pictures.append(np.asarray(picture.convert(mode).resize((shape[1], shape[0]), Image.Resampling.BOX)))
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise MpycamError(f"{file}: not a picture that can be read: {error}") from error
    return np.stack(pictures)


def images_for(network, paths):
    """Calibration images for each input of a network: of one path for all, or of one path for each."""
    if len(paths) not in (1, len(network.inputs)):
        raise MpycamError(f"{len(paths)} places of images for {len(network.inputs)} inputs: give one for all or for each")
    paths = paths * len(network.inputs) if len(paths) == 1 else paths
    images = [read_images(path, tensor.shape) for path, tensor in zip(paths, network.inputs, strict=True)]
    if len({len(part) for part in images}) > 1:
        raise MpycamError(f"{', '.join(str(len(part)) for part in images)} images for the inputs, need as many of each")
    return images


def input_shape(text):
    """(name, ONNX shape) of NAME=1,3,96,96."""
    name, _, sizes = text.rpartition("=")
    shape = tuple(int(size) for size in sizes.split(","))
    if not name or min(shape) < 1:
        raise ValueError(text)
    return name, shape


def add_shape_option(parser):
    """Add --input-shape, as of a model whose dimensions are open."""
    parser.add_argument(
        "--input-shape", type=input_shape, action="append", default=[], metavar="NAME=1,C,H,W",
        help="the shape of an input that the model leaves open, or another one",
    )  # fmt: skip


def add_command(subcommands):
    """Add `convert` to the command line."""
    parser = subcommands.add_parser("convert", help="convert an ONNX model for the cameras, and check the result")
    parser.add_argument("source", type=Path, help="the .onnx file")
    parser.add_argument("target", type=Path, help="the .unn file to write")
    parser.add_argument(
        "--images", type=Path, action="append", metavar="PATH",
        help="folder of pictures or .npy: makes an int8 network, checked on them; once for all inputs or once for each",
    )  # fmt: skip
    parser.add_argument("--float32", action="store_true", help="keep float32; the images only check the result")
    parser.add_argument("--method", choices=METHODS, help="how ranges follow from the images (default: minmax)")
    parser.add_argument("--percentile", type=float, default=100.0, help="part of the values that a range covers")
    parser.add_argument("--keep-float", default="", metavar="LAYERS", help="names of layers to keep in float32, by commas")
    parser.add_argument("--labels", default="", help="names of the outputs, by commas")
    parser.add_argument("--scale", type=float, default=1 / 255, help="the network sees (pixel - offset) * scale")
    parser.add_argument("--offset", type=float, default=0.0)
    add_shape_option(parser)
    parser.add_argument("--per-layer", action="store_true", help="print the differences of every layer")
    parser.add_argument(
        "--interpreter", type=Path, default=Path("dist/host/micropython"), help="the host build that is compared"
    )
    parser.set_defaults(run=run)


def run(options):
    """Convert, write the file, compare it with ONNX Runtime; return the exit status."""
    from mpycam.model import compare, describe
    from mpycam.onnx_import import import_onnx, load_onnx

    model, source = load_onnx(options.source), options.source
    labels = tuple(filter(None, options.labels.split(",")))
    network = import_onnx(model, options.scale, options.offset, labels, dict(options.input_shape))
    if options.input_shape:
        source = model.SerializeToString()
    images = images_for(network, options.images) if options.images else None
    result = network
    if not options.float32 and (images is not None or network.has_scales):
        names = [name for name in options.keep_float.split(",") if name]
        result = quantise(network, images, options.percentile, options.method, names)
    options.target.write_bytes(write(result))
    for line in describe(result):
        print(line)
    if images is None:
        images = [np.random.default_rng(0).integers(0, 256, (4, *tensor.shape)).astype(np.uint8) for tensor in network.inputs]
        print("compared on noise: give --images for the differences on what the network will see")
    report = compare(source, options.target, images, options.interpreter, options.per_layer)
    for line in report.lines:
        print(line)
    return 0 if report.passed else 1
