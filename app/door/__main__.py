"""Command line of the app: `micropython -m door [--config FILE] [--KEY VALUE]...`"""

import sys

from door import settings
from door.settings import RELOAD

# What the MaskCam protocol calls the commands that this app has under other names.
ALIASES = {
    "status_request": ("watch", "status", {}),
    "inference_restart": ("supervisor", "restart", {"process": "watch"}),
    "fileserver_restart": ("supervisor", "restart", {"process": "web"}),
    "save_file": ("record", "save", {}),
    "streaming_start": ("watch", "streaming", {"on": True}),
    "streaming_stop": ("watch", "streaming", {"on": False}),
}


def supervise(arguments, values):
    """Run the processes of the app that have something to do; returns the exit status."""
    from supervisor import ALL, Child, Supervisor

    def child(name, heap, **options):
        return Child(name, ["-X", "heapsize=" + heap, "-m", "door." + name] + arguments, **options)

    kept = ("door", "alarm", "view")
    # Whoever made a mistake that leaves nothing to watch needs the page to put it right.
    children = [child("watch", "4M", final=(0, RELOAD) if settings.has_page(values) else (0, 2, RELOAD))]
    if settings.has_upload(values):
        children.append(child("upload", "1M", events=("source", "statistics", "processes"), keep=kept, last=True))
    if settings.has_record(values):
        heap = "%dK" % ((values["record_memory"] + values["frame_limit"] >> 10) + 1024)
        children.append(child("record", heap, events=("door", "alarm")))
    if settings.has_page(values):
        children.append(child("web", "1500K", events=ALL, final=(RELOAD,)))
    return Supervisor(children, ALIASES).main()


def main(arguments):
    """Run until the source ends or the process is told to end; returns the exit status."""
    status = RELOAD
    while status == RELOAD:
        try:
            path, values = settings.load(arguments)
        except settings.Usage:
            print(settings.usage())
            return 0
        except (OSError, ValueError) as error:
            return settings.refuse(error)
        if not (settings.has_page(values) or settings.has_upload(values) or settings.has_record(values)):
            # For watching alone one process does.
            from door import watch

            status = watch.main(path, values)
        else:
            status = supervise(arguments, values)
    return status


sys.exit(main(sys.argv[1:]))
