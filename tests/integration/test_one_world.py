"""docs/one-world.md agrees with the trace of its world, and that world has the mechanisms that the page explains."""

import importlib.machinery
import importlib.util
import subprocess
import sys
import unittest

from harness import PROGRAM, SOURCE

SCRIPT = SOURCE / "scripts" / "one-world"


def load():
    loader = importlib.machinery.SourceFileLoader("one_world", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("one_world", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


class OneWorld(unittest.TestCase):
    def test_page_is_what_the_trace_says(self):
        done = subprocess.run(["/usr/bin/python3", SCRIPT, PROGRAM, "--check"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_world_has_what_the_page_is_about(self):
        events = load().trace(PROGRAM)
        # a quagmire: a mission that lasts three periods or more, that two partners or more leave
        missions = {(event["start"], event["number"]) for event in events if event["event"] == "mission_goes_on"}
        count = {kind: {mission: sum(event["event"] == kind and (event["start"], event["number"]) == mission for event in events)
                        for mission in missions} for kind in ("mission_goes_on", "partner_leaves")}
        self.assertTrue([m for m in missions if count["mission_goes_on"][m] >= 3 and count["partner_leaves"][m] >= 2])
        # a split: at one review of clubs two poles or more leave each other's club
        poles = events[0]["poles"]
        left = [event for event in events if event["event"] == "club_move" and event["period"] > 0 and event["state"] < poles and
                event["to"] == 0 < event["from"]]
        pairs = {(event["period"], event["state"], event["club"]) for event in left}
        self.assertTrue([pair for pair in pairs if (pair[0], pair[2], pair[1]) in pairs])
        # exits: by deadline, and because the mission is worth nothing more
        self.assertLessEqual({"deadline", "worth"}, {event["why"] for event in events if event["event"] == "mission_ends"})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
