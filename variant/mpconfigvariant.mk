# Which parts of the unix port are built; the C options are in mpconfigvariant.h.

FROZEN_MANIFEST ?= $(VARIANT_DIR)/../manifest.py

# No third-party library is linked into the interpreter itself.
MICROPY_PY_BTREE = 0
MICROPY_PY_FFI = 0
MICROPY_PY_SSL = 0
MICROPY_SSL_MBEDTLS = 0
MICROPY_PY_BLUETOOTH = 0

# A camera mounts its own file systems.
MICROPY_VFS_FAT = 0
MICROPY_VFS_LFS1 = 0
MICROPY_VFS_LFS2 = 0
