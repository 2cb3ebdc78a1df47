#!/usr/bin/env bash
# Checks and measures the emitted kernels on this machine's GPU: parity, training, speed beside PyTorch. Writes results.json and results.md; README.md says more.
# The exit code is 0 if parity held, 1 if it did not or could not be shown, 2 if the call is wrong.
cd "$(dirname "$0")" && exec python3 run.py "$@"
