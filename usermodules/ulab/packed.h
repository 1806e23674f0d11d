// What is Python in ulab, the folder packed/. It is compiled and deflated into one
// block, which is about half of what it takes when it is frozen, and a module of
// it is inflated into the heap when a name of it is used first.
//
// The files whose names start with an underscore are modules of their own. The
// others share their names: together they are the module __init__, the functions
// of ulab.numpy.

#ifndef ULAB_PACKED_H
#define ULAB_PACKED_H

#include "py/objmodule.h"

// The handler for names that the table of a C module has not, to be given to
// MP_REGISTER_MODULE_DELEGATION. `__package__` in the table is the key under which
// the module of Python is kept in sys.modules: a path that ends with its name.
void packed_attr(mp_obj_t module, qstr name, mp_obj_t *dest);

// A name of a module of Python, or MP_OBJ_NULL.
mp_obj_t packed_name(qstr key, qstr name);

#endif // ULAB_PACKED_H
