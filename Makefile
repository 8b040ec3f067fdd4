# Needs Swift 6.3 and git; what else is missing is installed (apt), or named where that is not possible.

PORT   ?= 8554
ARGS   ?=
IMAGE  ?= sluice

RELEASE := .build-release
MICRO   := .build-micro
SWIFT_TEST := swift test --disable-xctest
# Those that talk over sockets in real time. They have the processor to themselves.
TIMED := 'RTSPServerTests|RTSPClientTests'

# Without MEDIA, `run` makes a clip and serves that.
ifndef MEDIA
demo := yes
override MEDIA := demo
endif

.PHONY: help run test formats tsan asan lint bench micro scale soak image check-image clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

run: ## build and serve MEDIA (a directory; default: a demo clip made in ./demo); also PORT, and ARGS for other flags
	@.ci/install build $(if $(demo),demo)
	$(if $(demo),@.ci/clip demo demo/clock.mp4)
	swift build -c release --scratch-path $(RELEASE) --product sluice
	$(if $(demo),@printf '%s\n' 'Play the demo clip with one of' '  ffplay rtsp://localhost:$(PORT)/clock.mp4' '  mpv rtsp://localhost:$(PORT)/clock.mp4' '  vlc rtsp://localhost:$(PORT)/clock.mp4')
	@exec $(RELEASE)/release/sluice serve "$(MEDIA)" --port $(PORT) $(ARGS)

test: ## every test; then FFmpeg, GStreamer, mpv and Python clients against the server as it is released
	@.ci/install build clients
	$(SWIFT_TEST) --skip InteropTests --skip $(TIMED)
	$(SWIFT_TEST) --skip-build --filter $(TIMED)
	swift build -c release --scratch-path $(RELEASE) --product sluice
	SLUICE_BINARY='$(CURDIR)/$(RELEASE)/release/sluice' $(SWIFT_TEST) --skip-build --filter InteropTests

formats: ## README's table of payload formats, as the code has it (a test fails while they differ)
	@.ci/install build
	swift build --product sluice
	@.ci/formats .build/debug/sluice README.md

tsan: ## unit tests under the thread sanitizer
	@.ci/install build
	$(SWIFT_TEST) --scratch-path .build-tsan --sanitize thread --skip InteropTests

asan: ## unit tests under the address sanitizer
	@.ci/install build
	$(SWIFT_TEST) --scratch-path .build-asan --sanitize address --skip InteropTests

lint: ## format, imports, sizes, shell scripts
	@.ci/lint

bench: ## every bar of the design, beside other servers, in one table (BARS, CLIENTS, DURATION, LIVE555, GPAC)
	@.ci/install build bench
	swift build -c release --scratch-path $(RELEASE) --product sluice
	@/usr/bin/python3 Benchmarks/bars $(RELEASE)/release/sluice

micro: ## micro benchmarks (FILTER, TIMES=no); fails if an operation allocates more than Benchmarks/micro/thresholds.json allows
	swift build -c release --package-path Benchmarks/micro --scratch-path $(MICRO)
	@$(MICRO)/release/micro --check Benchmarks/micro/thresholds.json $(if $(FILTER),--filter '$(FILTER)') $(if $(filter no,$(TIMES)),--untimed)

scale: ## how cost grows with viewers, bitrate, cores and length: plots and tables of Benchmarks/Scale.md (QUICK, SECONDS, SERIES)
	@.ci/install build bench
	swift build -c release --scratch-path $(RELEASE) --product sluice
	@/usr/bin/python3 Benchmarks/scale $(RELEASE)/release/sluice

soak: ## half an hour of viewers who come, seek, pause and vanish: does memory grow? (MINUTES, VIEWERS, SEED, SHARED)
	@.ci/install build bench
	swift build -c release --scratch-path $(RELEASE) --product sluice
	@/usr/bin/python3 Benchmarks/soak $(RELEASE)/release/sluice

image: ## the container image, by docker or buildah (IMAGE_BUILDER); IMAGE names it
	@docker/build "$(IMAGE)"

check-image: ## build the image, run it and play from it
	@.ci/install demo
	@docker/check "$(IMAGE)"

clean: ## remove what was built, the demo clip too
	rm -rf .build .build-* .swiftpm demo
