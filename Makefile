# mpycam: MicroPython for Linux network cameras. `make` prints the targets.

# Parameters, each for the targets that name it.
# What is packaged or measured is for cameras.
ARCH ?= $(if $(filter eap size bench-arm,$(MAKECMDGOALS)),armv7hf,host)
PYTHON ?= python3

.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON_ENV := build/venv
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

include variant/firmware.mk
include docker/containers.mk docker/deploy.mk

# Install those of the Debian packages $(1) that are missing.
define install_packages
@missing=$$(for package in $(1); do dpkg -s $$package > /dev/null 2>&1 || echo $$package; done); \
if [ -n "$$missing" ]; then \
	echo "installing" $$missing; \
	$(SUDO) apt-get -q update > /dev/null && \
	$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $$missing > /dev/null; \
fi
endef

.PHONY: help
help: ## print this list
	@echo "mpycam $$(sed -n 's/^version = "\(.*\)"/\1/p' mpycam/__init__.py): MicroPython for Linux network cameras"
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 20 | sed 's/^/  make /'
	@echo
	@echo "  ARCH=host|host-asan|host-debug|armv7hf|aarch64  CONTAINER=docker|podman|none  CAM=user@camera  TESTS=files  COUNTER=folder  OPTIONS=..."

## Set-up

.PHONY: packages-build packages-test packages-browser
packages-build:
	$(call install_packages,gcc libc6-dev make nasm git xz-utils python3-venv)

packages-test: packages-build
	$(call install_packages,qemu-user-static valgrind openssh-server openssh-client curl dbus-daemon libglib2.0-bin mosquitto ffmpeg clang)
	@# libFuzzer and the sanitizers' run time are in a package named after clang's own version.
	$(call install_packages,libclang-rt-$$(clang -dumpversion | cut -d. -f1)-dev)
	@# Ubuntu has Chromium as a snap only; the tests that need a browser are skipped where there is none.
	@if grep -q '^ID=debian' /etc/os-release; then $(MAKE) --no-print-directory packages-browser; fi

packages-browser:
	$(call install_packages,chromium chromium-driver)

# The host package and what it needs, pinned with checksums.
$(PYTHON_ENV)/ready: requirements.txt pyproject.toml | packages-build
	$(PYTHON) -m venv $(PYTHON_ENV)
	$(PYTHON_ENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(PYTHON_ENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

# PyTorch has another wheel for every kind of machine, so its version alone is pinned.
$(PYTHON_ENV)/ready-train: requirements-train.txt $(PYTHON_ENV)/ready
	$(PYTHON_ENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-train.txt
	@touch $@

## Verbs

.PHONY: demo
demo: packages-build $(PYTHON_ENV)/ready ## watch a door: build for this machine, run the app on a clip, draw what it saw
	@$(MAKE) --no-print-directory firmware-native ARCH=host > build/firmware-host.log 2>&1 || { tail -n 30 build/firmware-host.log; exit 1; }
	$(PYTHON_ENV)/bin/mpycam demo --firmware dist/host/micropython

# What the virtual camera runs packages with; OPTIONS are those of `mpycam camera run`.
.PHONY: camera packages-camera
camera: packages-camera $(PYTHON_ENV)/ready ## be an Axis camera on http://127.0.0.1:8080/, account root, password "password"
	$(PYTHON_ENV)/bin/mpycam camera run --account root:password $(OPTIONS)

packages-camera: packages-build
	$(call install_packages,qemu-user-static dbus-daemon libglib2.0-bin)

# With the modules linked in, an ARMv7 camera's binary stays below this.
BUDGET_armv7hf := --budget 400000

.PHONY: size
size: firmware ## print the bytes of every part of the binary, and fail above the budget
	@variant/size.py dist/$(ARCH)/micropython dist/$(ARCH)/micropython.map $(BUDGET_$(ARCH)) \
		--modules $(notdir $(patsubst %/,%,$(dir $(wildcard usermodules/*/micropython.mk))))

.PHONY: test
test: packages-test $(PYTHON_ENV)/ready-train ## build everything for every architecture and test it
	$(MAKE) --no-print-directory firmware-native ARCH=host
	$(MAKE) --no-print-directory firmware-native ARCH=host-asan
	$(MAKE) --no-print-directory firmware-native ARCH=host-debug
	$(MAKE) --no-print-directory eap ARCH=armv7hf
	$(MAKE) --no-print-directory eap ARCH=aarch64
	MPYCAM_ARCHES=host,host-asan,armv7hf,aarch64,valgrind $(PYTHON_ENV)/bin/python -m pytest -n 2 --dist worksteal $(TESTS)

.PHONY: types
types: $(PYTHON_ENV)/ready ## check the types of lib/ and app/, and let editors complete the C modules
	@$(PYTHON_ENV)/bin/mpycam stubs build/stubs
	$(PYTHON_ENV)/bin/python -m mypy

.PHONY: leaks
leaks: packages-test $(PYTHON_ENV)/ready-train ## look for memory that the C modules lose, under valgrind
	$(MAKE) --no-print-directory firmware-native ARCH=host-debug
	MPYCAM_ARCHES=valgrind $(PYTHON_ENV)/bin/python -m pytest -n 2 -k valgrind $(TESTS)

.PHONY: bench-watch
bench-watch: packages-test $(PYTHON_ENV)/ready ## time mpycam watch on virtual cameras, from saving a file to the app's first line
	@$(MAKE) --no-print-directory firmware ARCH=armv7hf
	@$(PYTHON_ENV)/bin/python bench/watch.py

.PHONY: bench-ulab
bench-ulab: packages-build $(PYTHON_ENV)/ready ## time ulab beside NumPy on this machine
	@$(MAKE) --no-print-directory firmware-native ARCH=host > build/firmware-host.log 2>&1 || { tail -n 30 build/firmware-host.log; exit 1; }
	$(PYTHON_ENV)/bin/python bench/ulab_numpy.py dist/host/micropython

# A folder with the networks to compare on; where there is none, the benchmark makes its own.
NETS ?= ../shared/tools/nets

.PHONY: bench-unn
bench-unn: packages-build $(PYTHON_ENV)/ready-train ## time unn beside ONNX Runtime and ncnn on this machine
	@$(MAKE) --no-print-directory firmware-native ARCH=host > build/firmware-host.log 2>&1 || { tail -n 30 build/firmware-host.log; exit 1; }
	@$(PYTHON_ENV)/bin/python bench/unn_runtimes.py dist/host/micropython $(NETS)

.PHONY: bench-jpeg
bench-jpeg: packages-build $(PYTHON_ENV)/ready-train ## time ujpeg beside Pillow and turbojpeg on this machine
	@$(MAKE) --no-print-directory firmware-native ARCH=host > build/firmware-host.log 2>&1 || { tail -n 30 build/firmware-host.log; exit 1; }
	$(PYTHON_ENV)/bin/python bench/ujpeg_pillow.py dist/host/micropython

.PHONY: bench-app
bench-app: packages-build $(PYTHON_ENV)/ready-train ## measure the door app beside CPython, NumPy, Pillow and ONNX Runtime: start, frames, memory
	@$(MAKE) --no-print-directory firmware-native ARCH=host > build/firmware-host.log 2>&1 || { tail -n 30 build/firmware-host.log; exit 1; }
	@$(PYTHON_ENV)/bin/python bench/app_bench.py dist/host/micropython --arm dist/armv7hf/micropython --counter $(COUNTER)

# A folder with the plugin that counts instructions under qemu-arm.
COUNTER ?= ../shared/tools/arm_insns

.PHONY: bench-arm
bench-arm: firmware $(PYTHON_ENV)/ready-train ## count the ARMv7 instructions of ulab's operations, of networks and of pictures
	@bench/ulab_arm.py dist/$(ARCH)/micropython $(COUNTER)
	@$(PYTHON_ENV)/bin/python bench/unn_arm.py dist/$(ARCH)/micropython $(COUNTER) $(NETS)
	@$(PYTHON_ENV)/bin/python bench/ujpeg_arm.py dist/$(ARCH)/micropython $(COUNTER)

.PHONY: bench-fleet
bench-fleet: packages-test $(PYTHON_ENV)/ready ## bring an app to fifty virtual cameras; watch a thousand over MQTT
	@$(MAKE) --no-print-directory firmware ARCH=armv7hf > build/firmware-armv7hf.log 2>&1 || { tail -n 30 build/firmware-armv7hf.log; exit 1; }
	$(PYTHON_ENV)/bin/python bench/fleet.py

.PHONY: fuzz-ulab
SECONDS ?= 60
fuzz-ulab: packages-test $(PYTHON_ENV)/ready ## run random programs against ulab under the sanitizers for SECONDS=60
	$(MAKE) --no-print-directory firmware-native ARCH=host-asan
	$(PYTHON_ENV)/bin/python host_tests/ulab_fuzz.py --seconds $(SECONDS)

.PHONY: fuzz-unn
fuzz-unn: packages-test $(PYTHON_ENV)/ready-train ## feed damaged networks to unn under the sanitizers for SECONDS=60
	$(PYTHON_ENV)/bin/python host_tests/unn_fuzz.py build/fuzz-unn --seconds $(SECONDS)

.PHONY: fuzz-jpeg
fuzz-jpeg: packages-test $(PYTHON_ENV)/ready ## feed damaged files and odd images to ujpeg under the sanitizers for SECONDS=60
	$(PYTHON_ENV)/bin/python host_tests/ujpeg_fuzz.py build/fuzz-jpeg --seconds $(SECONDS)

.PHONY: soak
MINUTES ?= 10
soak: packages-test $(PYTHON_ENV)/ready-train ## run the door app through a day of troubles, in MINUTES=10
	$(MAKE) --no-print-directory firmware-native ARCH=host
	PYTHONPATH=. $(PYTHON_ENV)/bin/python host_tests/soak.py dist/host/micropython --minutes $(MINUTES)

.PHONY: train
train: $(PYTHON_ENV)/ready-train ## make the committed door model again
	@$(MAKE) --no-print-directory firmware-native ARCH=host
	$(PYTHON_ENV)/bin/mpycam train-door

.PHONY: screenshots
screenshots: packages-test $(PYTHON_ENV)/ready-train ## make the pictures of the camera's web page in docs/ again
	@$(MAKE) --no-print-directory firmware ARCH=armv7hf
	PYTHONPATH=. $(PYTHON_ENV)/bin/python host_tests/screenshots.py

.PHONY: clean
clean: ## remove what was built, downloads included
	rm -rf build dist
