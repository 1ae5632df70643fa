# The front door. What the words do stands in the scripts; meson does the building (docs/hacking.md).
.PHONY: help demo check lab bench fuzz build deb clean

help:
	@echo 'make demo    build, boot a throw-away server, push an application to it and show its answer'
	@echo 'make check   all tests: N passed, N failed'
	@echo 'make lab     a throw-away server with paas installed, and a shell in it'
	@echo 'make bench   figures, as ratios to a floor of the same run'
	@echo 'make fuzz    the fuzz targets, five minutes each (FUZZ_SECONDS=N)'
	@echo 'make build   compile into build/release;  make deb   the package;  make clean'

demo:
	@tests/lab/deps build lab
	@tests/lab/demo

check:
	@tests/lab/deps build lab vm check
	@tests/run

lab:
	@tests/lab/deps build lab
	@tests/lab/lab up --keep
	@tests/lab/lab sh

bench:
	@tests/lab/deps build lab
	@tests/bench/run

fuzz:
	@tests/lab/deps build fuzz
	@tests/fuzz/run $(FUZZ_SECONDS)

build:
	@tests/lab/deps build
	@[ -e build/release/build.ninja ] || meson setup build/release
	@ninja -C build/release

deb:
	@tests/lab/deps build
	@tests/lab/lab deb

clean:
	@[ ! -d /var/tmp/paas-lab ] || tests/lab/lab down --all
	rm -rf build
