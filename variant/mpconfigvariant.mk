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

# What tells of compilers is of no use in a camera.
STRIPFLAGS_EXTRA += --remove-section=.comment --remove-section=.ARM.attributes

CFLAGS += $(if $(FAST),,$(SMALLER_CFLAGS))

# See thread.c, fprintf.c, strerror.c and raw_repl.c.
LDFLAGS += -Wl,--wrap=mp_thread_create -Wl,--wrap=mp_thread_deinit -Wl,--wrap=fprintf -Wl,--wrap=strerror
LDFLAGS += -Wl,--wrap=readline -Wl,--wrap=mp_hal_set_interrupt_char

# The protocol of the raw REPL. The prompt with a banner that is there too goes unused.
SHARED_SRC_C_EXTRA += runtime/pyexec.c
$(BUILD)/shared/runtime/pyexec.o: CFLAGS += -DMICROPY_PLATFORM_COMPILER='""'

# names.c has the tables of names and the search in them; nothing refers to these, so the linker drops them.
$(BUILD)/py/qstr.o: CFLAGS += -Dmp_qstr_const_pool=mp_qstr_const_pool_in_full -Dqstr_init=qstr_init_pools
$(BUILD)/py/qstr.o: CFLAGS += -include $(VARIANT_DIR)/weak_search.h

QSTR_DEFS += $(VARIANT_DIR)/qstrdefs.h

# The option -v, without bytecode printers.
$(BUILD)/main.o: CFLAGS += -DMICROPY_DEBUG_PRINTERS=1

# No call of memset() is made of the loop in it.
$(BUILD)/$(VARIANT_DIR)/libc.o: CFLAGS += -fno-tree-loop-distribute-patterns

# Pairs of doubles count on every rounding.
$(BUILD)/$(VARIANT_DIR)/elementary.o: CFLAGS += -ffp-contract=off

# The sanitizers stop at every finding in our own code. In MicroPython's core
# some are known and harmless, and stay unreported there: memcpy() and the like
# of no bytes at a null pointer, a null pointer plus or minus a number that is
# not used, and the sign bit of a half float shifted into that of an int. What
# -Wclobbered tells of nlr_push() there are arguments that never change.
ifneq ($(findstring -fsanitize,$(CFLAGS_EXTRA)),)
CORE_CFLAGS := -fno-sanitize=nonnull-attribute,pointer-overflow -Wno-clobbered
$(BUILD)/py/%.o $(BUILD)/extmod/%.o $(BUILD)/shared/%.o: CFLAGS += $(CORE_CFLAGS)
$(BUILD)/py/binary.o: CFLAGS += -fno-sanitize=shift
endif
