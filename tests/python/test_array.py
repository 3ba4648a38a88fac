# SPDX-License-Identifier: MIT
"""Model and Array: draws, voltages, reads, write-verify, files, threads, bad input."""

import copy
import csv
import gc
import io
import math
import os
import pickle
import select
import signal
import subprocess
import tempfile
import threading
import unittest

import numpy as np
import synaptogen_c as syn

SYNAPTOGEN = os.environ["SYNAPTOGEN"]


def command(*arguments):
    """What the command prints."""
    return subprocess.run([SYNAPTOGEN, *map(str, arguments)], capture_output=True, text=True, check=True).stdout


def table(*arguments):
    """The rows of a CSV table that the command prints, by name of column."""
    lines = [line for line in command(*arguments).splitlines() if not line.startswith("#")]
    return list(csv.DictReader(io.StringIO("\n".join(lines))))


class Draws(unittest.TestCase):
    def test_features(self):
        """Features of each cycle are those that `synaptogen sample` prints, to single precision"""
        array = syn.Array(50, seed=9)
        rows = table("sample", "--cells", 50, "--cycles", 4, "--seed", 9)
        for cycle in range(4):
            for name in syn.FEATURES:
                expected = [float(row[name]) for row in rows if int(row["cycle"]) == cycle]
                found = array.features(name)[:, 0]
                # R follows from a state that is right to 1e-5 of 1/R_LLRS (some 4 kohm)
                slack = 1e-5 * (1 + 10 ** np.array(expected) / 4000) if name == "log10_r_hrs" else 1e-4 * np.abs(expected)
                self.assertTrue((np.abs(found - expected) <= slack).all(), (name, cycle))
            array.apply([-3.0, 1.6])

    def test_places(self):
        """Cell (i, j) of a matrix is number first + i + rows j"""
        matrix, row = syn.Array((4, 3), seed=5, first=7), syn.Array(30, seed=5)
        self.assertTrue((matrix.features("u_set").reshape(-1, order="F") == row.features("u_set")[7:19, 0]).all())

    def test_threads(self):
        """The number of threads changes nothing"""
        one, two = (syn.Array((300, 200), seed=1, threads=n).apply([-1.0, 1.2, -0.9, 1.0]) for n in (1, 2))
        self.assertTrue((one.state == two.state).all())
        self.assertTrue((one.read(0.2, 1e8) == two.read(0.2, 1e8)).all())

    def test_storage(self):
        """A compact array gives the results of a full one, takes less memory, and is saved, mapped and loaded in part"""
        full, compact = (syn.Array((300, 200), seed=1, storage=name) for name in ("full", "compact"))
        self.assertEqual((full.storage, compact.storage, full.freeze().storage), ("full", "compact", "read-only"))
        for array in (full, compact):
            array.apply([-1.0, 1.2, -0.9, 1.0])
        self.assertTrue((full.state == compact.state).all())
        self.assertTrue((full.cycle == compact.cycle).all())
        self.assertEqual(full.copy("compact").storage, "compact")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "state")
            compact.save(path)
            mapped = np.memmap(path, "<f4", "r", offset=128, shape=compact.size)
            self.assertTrue((mapped == compact.state.reshape(-1, order="F")).all())
            part = syn.load(path, first=600, count=300)
            self.assertEqual((part.shape, part.first, part.storage), ((300, 1), 600, "compact"))
            expected = compact.apply([-1.0, 1.1]).state[:, 2]
            self.assertTrue((part.apply([-1.0, 1.1]).state[:, 0] == expected).all())
            self.assertEqual(syn.load(path, storage="full").storage, "full")
            for refused in ({"first": 60000}, {"first": -1}, {"first": None}, {"first": 1.5}, {"count": 0}, {"count": 60001},
                            {"count": "1"}, {"storage": "small"}, {"storage": []}, {"storage": {}},
                            {"storage": np.array("full")}, {"storage": 1}, {"model": compact}, {"model": "x"}):
                with self.assertRaises(syn.InputError):
                    syn.load(path, **refused)
        with self.assertRaises(syn.InputError):
            syn.Array(5, storage="tiny")

    def test_stationary(self):
        """The share of cells below a quantile of the law is its probability, for cells with a stationary history"""
        n = 20000
        drawn = syn.Array(n, seed=2, stationary=True).features("u_set")
        for p in (0.05, 0.5, 0.95):
            share = (drawn < syn.Model().quantile("u_set", p)).mean()
            self.assertLess(abs(share - p), 5 * math.sqrt(p * (1 - p) / n))


class Voltages(unittest.TestCase):
    def test_train(self):
        """A train, its pulses one by one, and a matrix of equal voltages have one result"""
        train, pulses, matrices = (syn.Array((40, 30), seed=3) for _ in range(3))
        volts = [-1.1, 1.0, -0.8, 1.3]
        train.apply(volts)
        for u in volts:
            pulses.apply(u)
        matrices.apply(np.array(volts)[:, None, None] * np.ones((40, 30)))
        self.assertTrue((train.state == pulses.state).all() and (train.state == matrices.state).all())
        self.assertTrue((train.cycle == matrices.cycle).all())

    def test_where(self):
        """Voltages of a matrix and a mask reach their own cells, in any memory order"""
        rng = np.random.default_rng(1)
        volts, where = rng.uniform(-2, 1.5, (20, 30)), rng.random((20, 30)) < 0.4
        masked, nan = syn.Array((20, 30), seed=4), syn.Array((20, 30), seed=4)
        masked.apply(volts, where=where)
        nan.apply(np.where(where, volts, np.nan))
        self.assertTrue((masked.state == nan.state).all())
        currents = masked.read(0.1, where=where)
        self.assertTrue((np.isnan(currents) == ~where).all())
        # single precision: 1e-7 of the current of LLRS, 3e-5 A
        self.assertTrue(np.allclose(currents[where], masked.read(0.1)[where], rtol=1e-6, atol=1e-11))

    def test_single_cell(self):
        """A cell follows the commands' cell through a script of voltages"""
        volts = [-0.6, -1.2, 0.7, 0.9, 1.1, -1.5, 2.0, 0.5, -0.9]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "volts")
            np.savetxt(path, volts)
            rows = table("pulse", "--first", 3, "--seed", 8, "--voltages", path)
        array = syn.Array(4, seed=8)
        for u, row in zip(volts, rows):
            array.apply(u)
            self.assertEqual(syn.array.MODES[array.mode[3, 0]], row["mode"])
            self.assertAlmostEqual(float(array.state[3, 0]), float(row["r"]), delta=1e-5)


class Reads(unittest.TestCase):
    def setUp(self):
        self.array = syn.Array((60, 50), seed=6).apply([-1.0, 1.1])

    def test_current(self):
        """A read is the current of the model at the cell's state"""
        expected = self.array.model.current(self.array.state, 0.15)
        self.assertTrue(np.allclose(self.array.read(0.15), expected, rtol=1e-5, atol=1e-12))
        volts = np.linspace(-0.3, 0.3, 3000).reshape(60, 50)
        expected = self.array.model.current(self.array.state, volts)
        self.assertTrue(np.allclose(self.array.read(volts), expected, rtol=1e-5, atol=1e-12))

    def test_noise(self):
        """Noise has the variance of the law, goes on from read to read, and repeats by its number"""
        reads = np.array([self.array.read(0.2, 1e8) for _ in range(50)]) - self.array.read(0.2)
        self.assertEqual(self.array.reads, 50)
        g = self.array.conductance(0.2)
        sigma = np.sqrt(1e8 * (4 * 1.380649e-23 * 300 * g + 2 * 1.602176634e-19 * 0.2 * g))
        z = reads / sigma
        n = z.size  # variance of the sample variance of normals: 2 / n
        self.assertLess(abs(z.var() - 1), 5 * math.sqrt(2 / n))
        self.assertTrue((self.array.read(0.2, 1e8, index=7) - self.array.read(0.2) == reads[7]).all())

    def test_product(self):
        """A product is the sum of the cells' currents along each row"""
        v = np.random.default_rng(2).uniform(-0.2, 0.2, (50, 7))
        brute = np.stack([self.array.read(np.tile(v[:, k], (60, 1))).sum(axis=1) for k in range(7)], axis=1)
        # single precision: 50 terms of some 4e-5 A
        self.assertTrue(np.allclose(self.array @ v, brute, rtol=0, atol=50 * 4e-5 * 3e-7))
        self.assertTrue(np.allclose(self.array @ v[:, 0], brute[:, 0], rtol=0, atol=50 * 4e-5 * 3e-7))
        self.assertEqual((self.array @ np.zeros((50, 0))).shape, (60, 0))

    def test_view(self):
        """The view of the states follows the array, cannot be written, and outlives it"""
        view = self.array.state
        before = view.copy()
        self.array.apply(-2.0)
        self.assertTrue((view != before).any() and (view == self.array.state).all())
        with self.assertRaises(ValueError):
            view[0, 0] = 0
        kept = view.copy()
        self.array.close()
        gc.collect()
        others = [syn.Array((60, 50), seed=n) for n in range(20)]  # would reuse the memory
        self.assertTrue((view == kept).all() and others)
        with self.assertRaisesRegex(syn.Error, "closed"):
            self.array.read()


class WriteVerify(unittest.TestCase):
    def test_reached(self):
        """Cells are brought to a window that nearly all reach, and those that fail are told"""
        array = syn.Array((50, 40), seed=7)
        target = np.random.default_rng(3).uniform(15e-6, 150e-6, array.shape)
        done = array.program(target)
        self.assertEqual(done.cells, 2000)
        self.assertEqual(done.reached, int(done.within.sum()))
        self.assertGreater(done.share, 0.99)
        error = np.abs(array.conductance() / target - 1)
        self.assertTrue((error[done.within] <= 0.02 * (1 + 1e-5)).all() and (error[~done.within] > 0.02).all())
        self.assertTrue(np.allclose(array.conductance(), done.conductance, rtol=1e-6, atol=0))

    def test_share(self):
        """The share that reaches a conductance is that of the window, for the same cells"""
        model = syn.Model()
        for g in (8e-6, 200e-6):
            done = syn.Array(2000, seed=1).program(g)
            self.assertEqual(done.share, model.window([g], seed=1)[0])

    def test_pieces(self):
        """Work in pieces, with progress and a choice of cells, changes nothing but what it shall"""
        whole, parts = syn.Array((300, 400), seed=8), syn.Array((300, 400), seed=8)
        where = np.zeros((300, 400), bool)
        where[:, ::2] = True
        shares = []
        first = whole.program(40e-6, 0.1, bandwidth=1e7)
        second = parts.program(40e-6, 0.1, bandwidth=1e7, where=where, progress=shares.append)
        self.assertTrue((first.conductance[where] == second.conductance[where]).all())
        self.assertTrue(np.isnan(second.conductance[~where]).all() and not second.pulses[~where].any())
        self.assertEqual(second.cells, 60000)
        self.assertEqual(shares[-1], 1)
        stopped = syn.Array((300, 400), seed=8).program(40e-6, 0.1, progress=lambda share: False)
        self.assertEqual(stopped.cells, syn.array.PIECE)
        self.assertEqual(int(np.isfinite(stopped.conductance).sum()), syn.array.PIECE)


class Stuck(unittest.TestCase):
    def test_stuck(self):
        """Stuck cells keep their conductance through pulses, write-verify and files, until they are released"""
        array, free = syn.Array((20, 10), seed=4).apply([-1.0, 1.6]), syn.Array((20, 10), seed=4).apply([-1.0, 1.6])
        where = np.random.default_rng(1).random(array.shape) < 0.2
        array.stick(70e-6, where)
        self.assertTrue((array.stuck == where).all())
        with tempfile.TemporaryDirectory() as folder:
            array.save(os.path.join(folder, "s"))
            array = syn.load(os.path.join(folder, "s"))
        done = array.program(40e-6)
        self.assertTrue(np.allclose(array.conductance()[where], 70e-6, rtol=1e-4) and not done.within[where].any())
        free.program(40e-6)
        self.assertTrue((array.state[~where] == free.state[~where]).all())
        self.assertFalse(array.stick(None).stuck.any())
        array.apply(-2.0)
        self.assertTrue((array.mode == 1).all())

    def test_random(self):
        """Shares of stuck cells are drawn from the seed, and a larger share holds the smaller one"""
        few, many = syn.Array((200, 100), seed=4), syn.Array((200, 100), seed=4)
        count = few.stick_random(hrs=0.01, lrs=0.02)
        self.assertEqual(count, int(few.stuck.sum()))
        self.assertLess(abs(count - 600), 5 * 600**0.5)
        many.stick_random(hrs=0.01, lrs=0.1)
        self.assertTrue(many.stuck[few.stuck].all())
        with self.assertRaisesRegex(ValueError, "at"):
            few.stick("IRS")


class Files(unittest.TestCase):
    def test_goes_on(self):
        """Copies, pickles, state files and the command's array go on as the array would"""
        array = syn.Array((30, 20), seed=11).apply([-1.0, 0.9])
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.state")
            array.save(path)
            others = [array.copy(), copy.deepcopy(array), pickle.loads(pickle.dumps(array)), syn.load(path)]
        array.apply([-1.0, 1.2, -2.0])
        for other in others:
            other.apply([-1.0, 1.2, -2.0])
            self.assertTrue((other.state == array.state).all() and (other.cycle == array.cycle).all())

    def test_command(self):
        """The command reads what Python wrote: one number for both"""
        array = syn.Array((30, 20), seed=12).apply([-1.0, 0.9])
        with tempfile.TemporaryDirectory() as folder:
            path, out = os.path.join(folder, "a.state"), os.path.join(folder, "g.npy")
            array.save(path)
            command("read", path, "--u", 0.2, "-o", out)
            self.assertTrue((np.load(out) == array.read(0.2)).all())

    def test_model(self):
        """A pickled model is the same, and an array of a file's model comes back with it"""
        model = syn.Model(os.path.join(os.environ["srcdir"], "params/hfo2-1t1r.json"), order=3)
        other = pickle.loads(pickle.dumps(model))
        self.assertEqual(repr(other), repr(model))
        array = pickle.loads(pickle.dumps(syn.Array(5, other)))
        self.assertEqual(array.model.order, 3)

    def test_frozen(self):
        """A read-only copy takes 4 bytes a cell, reads alike and cannot change"""
        array = syn.Array((64, 64), seed=1).apply(-1.0)
        frozen = array.freeze()
        self.assertLess(frozen.nbytes, 4 * 4096 + 60000)
        self.assertTrue((frozen.read() == array.read()).all())
        for change in (lambda: frozen.apply(1.0), lambda: frozen.program(1e-5), lambda: frozen.mode):
            with self.assertRaisesRegex(ValueError, "read-only"):
                change()


class Threads(unittest.TestCase):
    def test_shared(self):
        """Threads that share an array and a crossbar lose nothing: calls follow each other"""
        array, alone = syn.Array((64, 64), seed=1), syn.Array((64, 64), seed=1)
        crossbar = syn.Crossbar(array, syn.Wires(1, 1))
        errors = []

        def work():
            try:
                for _ in range(30):
                    array.apply([-2.0, 1.6])
                    array.read(0.2, 1e8)
                    crossbar.read(np.full(64, 0.1), 1e-6)
            except Exception as error:  # noqa: BLE001
                errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        alone.apply([-2.0, 1.6] * 120)
        self.assertEqual(errors, [])
        self.assertEqual(array.reads, 120)
        self.assertTrue((array.state == alone.state).all())


class Forks(unittest.TestCase):
    def test_forked(self):
        """A process that was forked after threads had run computes the same, alone, and does not wait for ever"""
        array = syn.Array((100000, 1), seed=1, threads=2).apply(-2.0)
        crossbar = syn.Crossbar(np.full((20, 20), 1e-5), syn.Wires(1, 1))
        volts = np.random.default_rng(1).uniform(0, 0.2, (20, 100))

        def work():
            copied = array.copy().apply([1.5, -2.0])
            return [float(copied.state.sum()), float((crossbar @ volts).sum()), float(syn.Model().window([5e-5])[0])]

        expected = work()
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.write(write_end, repr(work()).encode())
            finally:
                os._exit(0)
        os.close(write_end)
        found, _, _ = select.select([read_end], [], [], 60)
        text = os.read(read_end, 4096) if found else b"nothing within a minute"
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(read_end)
        self.assertEqual(text.decode(), repr(expected))

    def test_many_threads(self):
        """A limit of a hundred thousand threads is one of the processors"""
        self.assertTrue((syn.Array(3, threads=100000).apply(-2.0).mode == 1).all())


class BadInput(unittest.TestCase):
    def test_arguments(self):
        """What is wrong is refused by name, as a ValueError, and nothing changes"""
        array = syn.Array((4, 3), seed=1)
        before = array.state.copy()
        nan = np.full((4, 3), np.nan)
        cases = [
            (lambda: syn.Array(0), "shape"), (lambda: syn.Array((1, 2, 3)), "shape"), (lambda: syn.Array(2.5), "shape"), (lambda: syn.Array((2**33, 2**33)), "shape"),
            (lambda: array.conductance(np.nan), "u"),
            (lambda: syn.Array(3, seed=-1), "seed"), (lambda: syn.Array(3, seed=2**64), "seed"),
            (lambda: syn.Array(3, model="x"), "model"), (lambda: syn.Array(3, mode="IRS"), "mode"),
            (lambda: array.apply(np.zeros((3, 4))), "u"), (lambda: array.apply("a"), "u"),
            (lambda: array.apply(1e300), "u"), (lambda: array.apply(1j), "u"),
            (lambda: array.apply(1, where=np.ones((4, 3))), "where"), (lambda: array.read(nan), "u"),
            (lambda: array.read(0.1, -1), "bandwidth"), (lambda: array.read(0.1, 1, index=-1), "index"),
            (lambda: array @ np.ones(4), "v"), (lambda: array @ [np.inf, 0, 0], "v"),
            (lambda: array.program(nan), "target"), (lambda: array.program(-1e-6), "target"),
            (lambda: array.program(np.ones(5)), "target"), (lambda: array.program(1e-5, tolerance=0), "tolerance"),
            (lambda: array.program(1e-5, attempts=0), "attempts"), (lambda: array.program(1e-5, u_set=1.0), "u_set"),
            (lambda: array.features("u"), "feature"), (lambda: syn.Model(order=11), "order"),
            (lambda: syn.Model().quantile("x", 0.5), "feature"), (lambda: syn.Model().window([-1.0]), "target"),
        ]  # fmt: skip
        for k, (wrong, field) in enumerate(cases):
            with self.assertRaises(ValueError, msg=k) as caught:
                wrong()
            self.assertIsInstance(caught.exception, syn.InputError)
            self.assertIn(field, caught.exception.field or str(caught.exception), k)
        self.assertTrue((array.state == before).all())

    def test_files(self):
        """Files that are missing, altered or foreign are refused with their path"""
        with self.assertRaises(OSError) as caught:
            syn.load("/nowhere/a.state")
        self.assertEqual((caught.exception.file, caught.exception.status), ("/nowhere/a.state", "SYN_EIO"))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.state")
            syn.Array(100, seed=1).save(path)
            with open(path, "r+b") as file:
                file.seek(300)
                file.write(b"?")
            with self.assertRaisesRegex(ValueError, "a.state"):
                syn.load(path)
            with open(path, "w") as file:
                file.write('{"format": "synaptogen-params/1",\n"u0": }')
            with self.assertRaises(ValueError) as caught:
                syn.Model(path)
            self.assertEqual((caught.exception.line, caught.exception.file), (2, path))
            self.assertEqual(str(pickle.loads(pickle.dumps(caught.exception))), str(caught.exception))

    def test_memory(self):
        """An array that does not fit is a MemoryError"""
        with self.assertRaises(MemoryError):
            syn.Array((1 << 40, 1 << 5))


if __name__ == "__main__":
    unittest.main()
