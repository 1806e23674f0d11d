include variant/firmware.mk
