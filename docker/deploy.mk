# The interpreter on a camera, over ssh, and on this machine. CAM is a host name
# as ssh takes it, SSH_OPTIONS are further options for ssh, DEPLOY_TO is tmp, flash,
# sd_card, nfs or a folder there. The camera is asked for its architecture where ARCH
# is not given.
export SSH_OPTIONS
DEPLOY_TO ?= tmp

# firmware.mk gives ARCH a value in any case; only the user's own one counts here.
DEPLOY_ARCH := $(if $(filter command environment,$(origin ARCH)),$(ARCH))

.PHONY: install-mpy
ifneq ($(DEPLOY_ARCH),)
install-mpy: require-camera firmware $(PYTHON_ENV)/ready ## copy the interpreter to CAM over ssh
	$(PYTHON_ENV)/bin/mpycam install-mpy --arch $(ARCH) --folder $(DEPLOY_TO) $(CAM)
else
install-mpy: require-camera $(PYTHON_ENV)/ready
	@arch=$$($(PYTHON_ENV)/bin/mpycam camera-arch $(CAM)) \
		&& $(MAKE) --no-print-directory install-mpy ARCH=$$arch
endif

.PHONY: run-mpy
run-mpy: require-camera $(PYTHON_ENV)/ready ## open the REPL of the interpreter on CAM
	@$(PYTHON_ENV)/bin/mpycam run-mpy --folder $(DEPLOY_TO) $(CAM)

.PHONY: run-host-mpy
run-host-mpy: ## open the REPL of the interpreter on this machine
	@$(MAKE) --no-print-directory firmware ARCH=host
	@dist/host/micropython

.PHONY: require-camera
require-camera:
	@test -n "$(CAM)" || { echo "which camera? add CAM=host, for example CAM=root@192.0.2.7" >&2; exit 1; }
