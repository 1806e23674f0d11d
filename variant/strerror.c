// The unix port shows an error's name and number when it cannot open a file: the
// interpreter knows the names, so the C library's 2 KB of texts stay out.

#include "py/mperrno.h"
#include "py/obj.h"
#include "py/qstr.h"

const char *__wrap_strerror(int error);
const char *__wrap_strerror(int error) {
    qstr name = mp_errno_to_str(MP_OBJ_NEW_SMALL_INT(error));
    return name == MP_QSTRnull ? "" : qstr_str(name);
}
