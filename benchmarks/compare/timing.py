"""Times all shapes in turns: our program, then each peer's fastest formulations, again and again."""

import itertools
import statistics
import sys
import tempfile
import time

from programs import start_ours

PASSES = ["forward", "step"]
TOLERANCE = 1e-4

# How many formulations of a peer are timed fully, after a first look at all of them.
FINALISTS = 3
FIRST_LOOK = 7
ROUNDS = 5

# Waiting threads of the program before may spin for a tenth of a second.
PAUSE = 0.15


class Rival:
    """A peer's program for one shape, checked, with its times so far, round by round."""

    def __init__(self, peer, folder, shape, threads):
        self.peer = peer
        self.program, names, self.passes = peer.start(folder, threads)
        for name in names:
            for what, error in self.program.ask("check", name).items():
                if not float(error) <= TOLERANCE:
                    raise SystemExit(f"{shape}, {peer.name}, {name}: {what} differ by {float(error):.1e} of the largest value; nothing was timed")
        self.looks = {kind: {name: statistics.median(self.program.ask("time", name, kind, FIRST_LOOK)) for name in names} for kind in self.passes}
        self.times = {kind: {name: [] for name in sorted(look, key=look.get)[:FINALISTS]} for kind, look in self.looks.items()}
        self.our_times = {kind: [] for kind in self.passes}

    def time_round(self, kind, ours, runs):
        """Our turn comes directly before the peer's, so that a busy machine slows both sides of a ratio."""
        time.sleep(PAUSE)
        self.our_times[kind].append(ours.ask(kind, runs))
        for name, times in self.times[kind].items():
            time.sleep(PAUSE)
            times.append(self.program.ask("time", name, kind, runs))

    def result(self, kind):
        medians = {name: statistics.median(itertools.chain(*times)) for name, times in self.times[kind].items()}
        best = min(medians, key=medians.get)
        rounds = zip(self.times[kind][best], self.our_times[kind])
        return {
            "best": best, "seconds": medians[best], "medians": medians, "first look": self.looks[kind],
            "ratio": statistics.median(statistics.median(theirs) / statistics.median(ours) for theirs, ours in rounds),
        }


class Contest:
    """One shape at one number of threads: our program and its rivals."""

    def __init__(self, options, peers, shape, threads):
        self.name, spec, self.batch = shape
        self.threads, self.rivals = threads, []
        self.runs = -(-options.runs // ROUNDS)
        self.folder = tempfile.TemporaryDirectory()
        self.ours, self.about = start_ours(options.ours, spec, self.batch, threads, self.folder.name, options.avx2)
        try:
            for peer in peers:
                self.rivals.append(Rival(peer, self.folder.name, self.name, threads))
        except BaseException:
            self.close()
            raise

    def time_round(self, kind):
        for rival in self.rivals:
            if kind in rival.passes:
                rival.time_round(kind, self.ours, self.runs)

    def result(self, kind):
        rivals = [rival for rival in self.rivals if kind in rival.passes]
        ours = list(itertools.chain(*(times for rival in rivals for times in rival.our_times[kind])))
        return {
            "shape": self.name, "batch": self.batch, "threads": self.threads, "limits": self.about["limits"], "pass": kind,
            "ours": statistics.median(ours), "ours best": min(ours), "peers": {rival.peer.key: rival.result(kind) for rival in rivals}, **self.about[kind],
        }

    def close(self):
        for program in [self.ours, *(rival.program for rival in self.rivals)]:
            program.close()
        self.folder.cleanup()


def compare(options, peers, shapes, threads):
    """All shapes at one number of threads. A round times each of them, so that a busy minute of the machine spoils a few times of many shapes, not all times of one."""
    contests = []
    try:
        for shape in shapes:
            contests.append(Contest(options, peers, shape, threads))
        kinds = [kind for kind in PASSES if any(kind in rival.passes for rival in contests[0].rivals)]
        for number in range(1, ROUNDS + 1):
            for contest in contests:
                for kind in kinds:
                    contest.time_round(kind)
            print(f"{threads} threads: round {number} of {ROUNDS}", file=sys.stderr)
        return [contest.result(kind) for contest in contests for kind in kinds]
    finally:
        for contest in contests:
            contest.close()
