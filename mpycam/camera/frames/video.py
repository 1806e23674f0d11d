"""A video file as a source."""

from mpycam.errors import MpycamError

# Nobody looked for so long: the film goes on where it was, rather than be decoded up to now.
PAUSE_SECONDS = 2
# Damaged places in a row, after which a video counts as broken.
MOST_DAMAGED = 100


class Video:
    """A video that begins again at its end."""

    def __init__(self, path):
        try:
            import av
        except ImportError:
            raise MpycamError(f"{path}: need PyAV to read video; install mpycam[camera]") from None
        try:
            self._container = av.open(str(path))
            self._stream = self._container.streams.video[0]
        except (av.FFmpegError, IndexError) as error:
            raise MpycamError(f"{path}: cannot be read as video: {error}") from None
        # Threads of its own would take more than the one core that pictures may have.
        self._stream.codec_context.thread_count = 1
        self.size = self._stream.width, self._stream.height
        self.fps = float(self._stream.average_rate or 25)
        self._path = path
        self._decoded = self._container.decode(self._stream)
        self._number = -1
        self._picture = None

    def key(self, seconds):
        """The number of the picture, counted on through every repetition."""
        return int(seconds * self.fps)

    def jpeg(self, key):
        """None: a video has no JPEG files."""

    def picture(self, key):
        """Decode up to the picture; one that has passed is answered with the last one."""
        self._number = max(self._number, key - round(PAUSE_SECONDS * self.fps))
        while self._number < key or self._picture is None:
            self._picture = self._next()
            self._number += 1
        return self._picture.to_image()

    def _next(self):
        """The next picture, at the end the first; what is damaged is passed over."""
        from av import FFmpegError

        rewound = False
        for _ in range(MOST_DAMAGED):
            try:
                frame = next(self._decoded, None)
                if frame is not None:
                    return frame
                if rewound:
                    break
                self._container.seek(0)
                rewound = True
            except FFmpegError:
                pass
            self._decoded = self._container.decode(self._stream)
        raise OSError(f"{self._path}: need pictures, have none")
