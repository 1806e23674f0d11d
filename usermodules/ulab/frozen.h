// Names of ulab's C modules that are written in Python, in the folder python/,
// which is frozen into the interpreter.

#ifndef ULAB_FROZEN_H
#define ULAB_FROZEN_H

#include "py/objmodule.h"

// The handler for names that a module's table has not, to be given to
// MP_REGISTER_MODULE_DELEGATION. In the table, `__package__` names the file whose
// names are the module's own, and `__path__` the folder of files that are modules
// themselves; one of them may be missing. All are imported on first use.
void frozen_attr(mp_obj_t module, qstr name, mp_obj_t *dest);

// A name of a module of Python, for what C leaves to it.
mp_obj_t frozen_name(qstr module, qstr name);

#endif // ULAB_FROZEN_H
