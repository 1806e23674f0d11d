// For py/qstr.c: those of names.c go before these, also where it calls them itself.
#pragma weak qstr_find_strn
#pragma weak qstr_hash
