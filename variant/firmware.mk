# How the interpreter is built for one architecture, on this machine or inside
# the toolchain image:
#
#     make firmware-native ARCH=host|host-asan|host-debug|armv7hf|aarch64
#
# MPY_DIR is MicroPython's source tree; everything downstream reads it from here.

SOURCES := build/sources
ifneq ($(wildcard micropython/py/mpconfig.h),)
MPY_DIR ?= $(abspath micropython)
else
MPY_DIR ?= $(abspath $(SOURCES)/micropython)
endif
MPY_CROSS := $(abspath build/mpy-cross/mpy-cross)
ARCH ?= host
BUILD := build/$(ARCH)
DIST := dist/$(ARCH)
USERMODULES := usermodules
MAKE_QUICKLY := $(MAKE) --no-print-directory -j$(shell nproc)

# Third-party makefiles have variables of the same names.
MAKEOVERRIDES :=
unexport ARCH BUILD

# Two builds of one commit give the same bytes: no clock, no path of the build.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
export MICROPY_GIT_TAG := v1.25.0
REPRODUCIBLE_CFLAGS := -ffile-prefix-map=$(abspath $(MPY_DIR))=micropython -ffile-prefix-map=$(CURDIR)=.

# A static executable at a fixed address needs no offset tables, and C no tables
# to unwind, and its constants are read-only anyway, without a RELRO page.
# Cameras map 4 KB pages; the default of 64 KB would pad the file.
CAMERA_CFLAGS := -fno-pie -fno-unwind-tables -fno-asynchronous-unwind-tables
CAMERA_LDFLAGS := -static -no-pie -Wl,-z,max-page-size=4096 -Wl,-z,common-page-size=64 \
	-Wl,-z,noseparate-code -Wl,-z,norelro -Wl,--build-id=none

ifeq ($(ARCH),armv7hf)
TARGET := arm-linux-gnueabihf
TARGET_CFLAGS := -mthumb -march=armv7-a -mfpu=neon-vfpv3 -mfloat-abi=hard
else ifeq ($(ARCH),aarch64)
TARGET := aarch64-linux-gnu
# All of the program lies within 1 MB: an address is one instruction.
TARGET_CFLAGS := -mcmodel=tiny
else ifeq ($(ARCH),host)
UNIX_FLAGS :=
else ifeq ($(ARCH),host-debug)
UNIX_FLAGS := DEBUG=1 STRIP=
else ifeq ($(ARCH),host-asan)
# The garbage collector finds objects on the real stack only, so no local
# variable may live on the sanitizer's substitute for it.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer \
	--param asan-use-after-return=0
UNIX_FLAGS := DEBUG=1 STRIP=
TARGET_CFLAGS := $(SANITIZE)
TARGET_LDFLAGS := $(SANITIZE)
else
$(error ARCH=$(ARCH) is not one of host, host-asan, host-debug, armv7hf, aarch64)
endif

ifdef TARGET
MUSL := $(abspath $(BUILD)/musl)
TARGET_CC := $(MUSL)/bin/musl-gcc
TARGET_CFLAGS += $(CAMERA_CFLAGS)
# -Os leaves passes on that make code larger: copies of loops' conditions before
# them and of jumps' targets, small functions put into several others. And where
# instructions and blocks stay in the order of the source, the same statements give
# the same code, of which packed executables are 3 % smaller. All but the objects
# that set FAST do without; what -Wall tells without them is in part untrue.
export SMALLER_CFLAGS := -fno-tree-ch -fno-tree-pre -fno-tree-loop-im -fno-tree-scev-cprop -fno-tree-dominator-opts \
	-fno-move-loop-invariants -fno-inline-small-functions -fno-thread-jumps -fno-caller-saves -fno-if-conversion \
	-fno-schedule-insns2 -fno-reorder-blocks -fno-optimize-sibling-calls -fno-tree-tail-merge -fno-ira-hoist-pressure \
	-fno-forward-propagate \
	-Wno-maybe-uninitialized
TARGET_LDFLAGS := $(CAMERA_LDFLAGS)
UNIX_FLAGS := CROSS_COMPILE=$(TARGET)- CC=$(TARGET_CC)
TOOLCHAIN := $(TARGET_CC)
# What a package's executable begins with.
UNPACKER := $(BUILD)/unpacker
endif

# All that is not ours and compiled once: mpy-cross and the target's libraries.
.PHONY: toolchain
toolchain: $(MPY_DIR)/py/mpconfig.h $(MPY_CROSS) $(TOOLCHAIN)

.PHONY: firmware-native
firmware-native: toolchain $(BUILD)/started $(UNPACKER)
	@mkdir -p $(DIST)
	$(MAKE_QUICKLY) -C $(MPY_DIR)/ports/unix \
		VARIANT=mpycam VARIANT_DIR=$(abspath variant) BUILD=$(abspath $(BUILD)/micropython) \
		USER_C_MODULES=$(abspath $(USERMODULES)) FROZEN_MANIFEST=$(abspath manifest.py) \
		MPY_LIB_DIR=$(MPY_DIR) MICROPY_MPYCROSS=$(MPY_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MPY_CROSS) \
		CFLAGS_EXTRA="$(REPRODUCIBLE_CFLAGS) $(TARGET_CFLAGS)" LDFLAGS_EXTRA="$(TARGET_LDFLAGS)" $(UNIX_FLAGS)
	@cp $(BUILD)/micropython/micropython $(BUILD)/micropython/micropython.map $(UNPACKER) $(DIST)
	@sha256sum $(DIST)/micropython

# MicroPython's makefile follows changed files but not changed flags: those
# start the build folder anew.
$(BUILD)/started: variant/firmware.mk variant/mpconfigvariant.mk
	rm -rf $(BUILD)/micropython
	@mkdir -p $(BUILD)
	@touch $@

# Libraries that C modules bring along.
include $(wildcard usermodules/*/firmware.mk)

$(SOURCES)/%:
	docker/fetch-source $* $@

# Where the submodule is not checked out and its host cannot be reached, the
# same release comes from the Debian source package.
$(abspath $(SOURCES)/micropython)/py/mpconfig.h:
	@mkdir -p $(SOURCES)
	git submodule update --init --depth 1 micropython 2>/dev/null && ln -sfn ../../micropython $(SOURCES)/micropython \
		|| docker/fetch-source micropython $(SOURCES)/micropython

$(MPY_CROSS): $(MPY_DIR)/py/mpconfig.h
	@mkdir -p $(dir $@)
	$(MAKE_QUICKLY) -C $(MPY_DIR)/mpy-cross BUILD=$(dir $@) > $(dir $@)log 2>&1

ifdef TARGET
# The C library, built for size. Its compiler wrapper comes with it.
$(MUSL)/bin/musl-gcc: variant/firmware.mk | $(SOURCES)/musl
	rm -rf $(MUSL) $(BUILD)/musl-build
	mkdir -p $(BUILD)/musl-build
	cd $(BUILD)/musl-build && $(abspath $(SOURCES)/musl)/configure --prefix=$(MUSL) --target=$(TARGET) \
		--disable-shared --with-malloc=oldmalloc --enable-wrapper=gcc CC=$(TARGET)-gcc \
		CFLAGS="-Os $(TARGET_CFLAGS) $(SMALLER_CFLAGS) -ffunction-sections -fdata-sections" > configure.log 2>&1
	$(MAKE_QUICKLY) -C $(BUILD)/musl-build install > $(BUILD)/musl-build/build.log 2>&1

# With the C library's headers alone, and without calls of one that the compiler would make of loops.
$(UNPACKER): $(TARGET_CC) $(wildcard variant/unpacker/*)
	$(TARGET_CC) -std=gnu99 -Os -Wall -Wextra -Werror $(TARGET_CFLAGS) -ffreestanding -fno-stack-protector \
		-fno-tree-loop-distribute-patterns -ffunction-sections -nostdlib -static -no-pie -s -Wl,--gc-sections \
		-Wl,--build-id=none -Wl,-z,max-page-size=4096 -Wl,-T,variant/unpacker/unpacker.ld variant/unpacker/*.c -o $@
endif
