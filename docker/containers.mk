# The toolchain image and what is built in it. CONTAINER names the engine; without
# it the first of docker and podman that works is taken, and podman is installed
# where neither does. CONTAINER=none builds with the cross compilers of this machine.
CONTAINER ?=
export CONTAINER

# The image to build on. Another one is bootstrapped where no registry is in reach.
BASE ?= debian:trixie-slim

BUILD_IMAGE = export CONTAINER=$$(docker/container engine) && docker/container build --file docker/Dockerfile \
	--build-arg BASE=$$(docker/make-base-image $(BASE)) --build-arg SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH)
SDK_SHELL = docker/container shell mpycam-sdk-base --env SOURCE_DATE_EPOCH $(SDK_MOUNTS)

# What a newer build has replaced is not kept.
PRUNE_IMAGES := docker/container image prune --force --filter label=org.opencontainers.image.title=mpycam > /dev/null

# What the firmware is made of, from this working copy.
SDK_MOUNTS := $(foreach part,Makefile manifest.py variant usermodules mpycam docker,\
	--volume $(CURDIR)/$(part):/mpycam/$(part))

.PHONY: build-sdk-base
build-sdk-base: container-engine ## build the toolchain image: compilers, libraries, third-party sources
	$(BUILD_IMAGE) --target base --tag mpycam-sdk-base .

.PHONY: build-sdk
build-sdk: build-sdk-base ## build the image with our sources and the binaries of every architecture
	$(BUILD_IMAGE) --target sdk --tag mpycam-sdk .
	@$(PRUNE_IMAGES)

.PHONY: sdk-shell
sdk-shell: build-sdk-base ## open a shell in the toolchain image, on this working copy's modules
	$(SDK_SHELL)

.PHONY: firmware
ifneq ($(filter host%,$(ARCH)),)
firmware: firmware-native ## build dist/ARCH/micropython
else ifeq ($(CONTAINER),none)
firmware: packages-cross
	$(MAKE) --no-print-directory firmware-native ARCH=$(ARCH)
else
# Built for this architecture alone, so that a small change is a short wait.
firmware: container-engine
	@mkdir -p dist
	$(BUILD_IMAGE) --build-arg ARCHES=$(ARCH) --target sdk --tag mpycam-sdk:$(ARCH) .
	$(BUILD_IMAGE) --build-arg ARCHES=$(ARCH) --target export --output dist .
	@$(PRUNE_IMAGES)
	@sha256sum dist/$(ARCH)/micropython
endif

.PHONY: reproduce
reproduce: firmware ## compile the firmware once more, in another folder and without any cache, and compare the bytes
	@$(MAKE) --no-print-directory compare-firmware ARCH=$(ARCH)

# MicroPython's own part and ours; the libraries are those of the base image.
.PHONY: compare-firmware
compare-firmware: build-sdk-base
	echo "cp -r /mpycam /elsewhere && cd /elsewhere && make firmware-native ARCH=$(ARCH)" | $(SDK_SHELL) \
		| grep ' dist/$(ARCH)/micropython$$' | sha256sum --check

# What a package may take of a camera's flash.
EAP_BYTES := 350000

# The services of lib/ that the app itself does not use, for code that is added to it;
# the modules that they import come with them.
EAP_SERVICES := annotation_svg cloudwatch identity metrics motion tracker

.PHONY: eap
eap: firmware $(PYTHON_ENV)/ready ## build the package that installs on a camera
	$(PYTHON_ENV)/bin/mpycam eap build app/ --lib lib/ --firmware dist/$(ARCH)/micropython \
		--unpacker dist/$(ARCH)/unpacker $(addprefix --include ,$(EAP_SERVICES)) --strip --output dist --max-bytes $(EAP_BYTES)

.PHONY: container-engine
container-engine:
	@docker/container engine > /dev/null 2>&1 || $(MAKE) --no-print-directory packages-container

.PHONY: packages-container packages-cross
packages-container:
	$(call install_packages,podman runc uidmap)

packages-cross:
	$(call install_packages,gcc-arm-linux-gnueabihf gcc-aarch64-linux-gnu)
