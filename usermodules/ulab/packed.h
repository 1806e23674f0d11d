// The functions of ulab.numpy that are written in Python, in the folder packed/.
// They are compiled and deflated into one block, which is about half of what they
// take when they are frozen, and inflated into the heap when one is used first.

#ifndef ULAB_PACKED_H
#define ULAB_PACKED_H

#include "py/obj.h"

// A new module with the names of all of the files, which share its globals. It
// is kept as `name` in sys.modules.
mp_obj_t packed_import(qstr name);

#endif // ULAB_PACKED_H
