"""JPEG frames from a file, a folder or a camera, all behind one interface.

`open_source` gives an asynchronous iterator of (frame, time): a memoryview of
the JPEG bytes, good until the next frame is asked for, and its time in
seconds. Beside that every source has

    number   the number of the frame last given, from 0; frames that were damaged beyond recognition count
    damaged  how many those were
    live     whether times are seconds since 1970, else seconds from the beginning of the file
    close()
"""


def open_source(
    source,
    user="",
    password="",
    fps=5,
    pace=False,
    interval=1,
    timeout=10,
    retry_first=1,
    retry_longest=60,
    frame_limit=1 << 20,
    report=lambda state, reason: None,
    client=None,
):
    """The source for a URL or a path.

    A URL that answers with multipart/x-mixed-replace is read as a stream, one
    that answers with image/jpeg is asked again every `interval` seconds.
    `report("lost", reason)` and `report("back", "")` are called once each time
    that happens. A path is a folder of .jpg files, read in the order of their
    names, or one file of one or more JPEG images; they have `fps` frames a
    second, and with `pace` are given at that rate, else as fast as they are
    taken. A `client` with a method get(url), as Vapix has, comes before the
    account. Raises ValueError for a path that cannot be read and for a URL of
    another scheme.
    """
    # Each only where it is needed: a program starts the sooner.
    if "://" in source:
        from backoff import Backoff
        from http_client import HttpClient
        from url_frames import UrlFrames

        client = client or HttpClient(user, password, timeout)
        return UrlFrames(source, client, interval, timeout, frame_limit, Backoff(retry_first, retry_longest), report)
    from file_frames import FileFrames

    return FileFrames(source, fps, pace, frame_limit)
