"""What a viewer does in its life: comes, plays, seeks, pauses, stops reading for a while, and leaves in one of many ways. On a timeline that
all share nobody seeks, and who has not read for a while, or paused, finds itself farther on: its packet numbers have a gap then."""

import asyncio
import collections
import contextlib
import random
import re

import client

# Without a packet for so long, s, a viewer who plays complains.
SILENCE = 8
# A session and then its connection end by themselves after a minute each (--session-timeout, --idle-timeout).
FORGOTTEN = 180


class Unexpected(Exception):
    """The server did what it should not; the text says it without particulars, to be counted."""


class Tally:
    """What all viewers have met."""

    def __init__(self):
        self.events, self.unexpected = collections.Counter(), collections.Counter()
        self.packets, self.lost, self.losses = 0, {"udp": 0, "tcp": 0}, []
        self.playing = 0


class Slot:
    """A seat that is always taken: when a viewer has left, the next one comes."""

    def __init__(self, number, seed, title, datagrams, tally, duration):
        # title: (host, port, URL); duration: seconds of the title, None of a timeline that all share.
        self.random = random.Random(f"{seed}/{number}")
        self.udp, self.title, self.datagrams, self.tally, self.duration = number % 2 == 0, title, datagrams, tally, duration
        self.aside = set()

    async def run(self, delay):
        await asyncio.sleep(delay)
        while True:
            viewer = Viewer(self)
            try:
                await viewer.live()
            except Unexpected as error:
                self.tally.unexpected[str(error)] += 1
            except (ConnectionError, asyncio.TimeoutError, OSError) as error:
                self.tally.unexpected[f"{viewer.doing}: {type(error).__name__} {error}"] += 1
            finally:
                viewer.settle()
            await asyncio.sleep(self.random.uniform(0, 0.5))

    def later(self, coroutine):
        """Goes on with it while the next viewer is here."""
        task = asyncio.create_task(coroutine)
        self.aside.add(task)
        task.add_done_callback(self.aside.discard)


class Viewer:
    def __init__(self, slot):
        self.slot, self.random, self.tally, self.udp = slot, slot.random, slot.tally, slot.udp
        self.streams, self.sockets, self.connection, self.doing, self.keeper = [], [], None, "connecting", None
        self.plays, self.history = False, []

    @property
    def weights(self):
        """How often it seeks, pauses, stops reading, plays to the end, leaves."""
        return (35, 20, 10, 5, 30) if self.slot.duration else (0, 20, 30, 0, 50)

    def somewhere(self):
        """A range that begins anywhere in the title; None on a shared timeline."""
        return self.slot.duration and f"npt={self.random.uniform(0, self.slot.duration - 60):.3f}-"

    async def live(self):
        host, port, self.url = self.slot.title
        self.connection = await client.Connection.open(host, port)
        self.tally.events["came"] += 1
        # One in twenty has gone before the answer comes.
        gone_at = self.random.choice(("DESCRIBE", "SETUP", "PLAY")) if self.random.random() < 0.05 else None
        await self.begin(gone_at)
        if gone_at:
            return
        self.keeper = asyncio.create_task(self.keep_alive())
        # Some zap, some stay.
        patience = self.random.choice((2, 6, 20))
        while True:
            await self.watch(self.random.uniform(0.2, 2) * patience)
            act = self.random.choices((self.seek, self.pause, self.stall, self.finish, None), self.weights)[0]
            if not act:
                break
            self.tally.events[act.__name__] += 1
            await act()
        await self.leave()

    async def begin(self, gone_at):
        """DESCRIBE, SETUP of every stream, PLAY; or until the request `gone_at`, whose answer it does not wait for."""
        description = await self.ask("DESCRIBE", self.url, gone_at, Accept="application/sdp")
        if not description:
            return
        base = description.headers.get("content-base", self.url + "/")
        for index, control in enumerate(re.findall(r"^m=.*?^a=control:(\S+)", description.body, re.MULTILINE | re.DOTALL)):
            if not await self.set_up(index, control if control.startswith("rtsp:") else base + control, gone_at):
                return
        await self.play(self.somewhere(), gone_at)

    async def set_up(self, index, url, gone_at):
        stream = client.Stream(asyncio.get_running_loop())
        if self.udp:
            pair = self.slot.datagrams.pair(stream)
            self.sockets.append(pair)
            port = pair[0].getsockname()[1]
            transport = f"RTP/AVP;unicast;client_port={port}-{port + 1}"
        else:
            self.connection.frames[2 * index] = stream
            transport = f"RTP/AVP/TCP;unicast;interleaved={2 * index}-{2 * index + 1}"
        answer = await self.ask("SETUP", url, gone_at, Transport=transport)
        if not answer:
            return False
        answered = answer.headers["transport"]
        stream.ssrc = bytes.fromhex(re.search(r"ssrc=([0-9A-Fa-f]{8})", answered)[1])
        self.connection.session = answer.headers["session"].split(";")[0]
        if self.udp:
            server = int(re.search(r"server_port=\d+-(\d+)", answered)[1])
            pair[1].connect((self.slot.title[0], server))
        self.streams.append(stream)
        return True

    async def ask(self, method, url=None, gone_at=None, **headers):
        """The answer, which must be 200; None if the viewer has gone."""
        self.doing = method
        self.history.append((asyncio.get_running_loop().time(), method))
        if method == gone_at:
            self.tally.events[f"gone at {method}"] += 1
            self.connection.send(method, url or self.url, headers)
            if self.random.random() < 0.5:
                await asyncio.sleep(self.random.uniform(0, 0.05))
            self.connection.transport.abort()
            return None
        answer = await self.connection.request(method, url or self.url, headers)
        if answer.status != 200:
            raise Unexpected(f"{method} answered with {answer.status}")
        return answer

    async def play(self, where=None, gone_at=None):
        for stream in self.streams:
            stream.ended, stream.last = False, asyncio.get_running_loop().time()
        if await self.ask("PLAY", None, gone_at, **({"Range": where} if where else {})):
            self.set_playing(True)

    def set_playing(self, plays):
        self.tally.playing += plays - self.plays
        self.plays = plays

    async def watch(self, seconds):
        """Reads; on every stream packets must come."""
        end = asyncio.get_running_loop().time() + seconds
        while (now := asyncio.get_running_loop().time()) < end:
            await asyncio.sleep(min(1, end - now))
            if self.connection.closed.done():
                raise Unexpected("connection closed while playing")
            if any(now - stream.last > SILENCE and not stream.ended for stream in self.streams):
                raise Unexpected(f"no packet for {SILENCE} s over {'UDP' if self.udp else 'TCP'}")

    async def seek(self):
        """As FFmpeg does, by PAUSE and PLAY, or as VLC, by PLAY alone; some drag the slider."""
        for _ in range(self.random.choice((1, 1, 1, 5))):
            if self.random.random() < 0.5:
                await self.ask("PAUSE")
            await self.play(self.somewhere())

    async def pause(self):
        await self.ask("PAUSE")
        self.set_playing(False)
        await asyncio.sleep(self.random.uniform(0, 15))
        self.skip()
        await self.play()

    async def stall(self):
        """Stops reading its connection: the server must hold no more for it than its limits, and lose nothing."""
        if self.udp:
            return
        self.history.append((asyncio.get_running_loop().time(), "stop reading"))
        self.connection.transport.pause_reading()
        await asyncio.sleep(self.random.uniform(1, 20))
        self.skip()
        self.connection.transport.resume_reading()
        for stream in self.streams:
            stream.last = asyncio.get_running_loop().time()

    def skip(self):
        """What was sent to the others meanwhile does not come."""
        for stream in self.streams:
            stream.skips = not self.slot.duration

    async def finish(self):
        """Plays the last seconds and waits for BYE on every stream; the next PLAY begins anew."""
        await self.play(f"npt={self.slot.duration - 3:.3f}-")
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.all_ended(), 20)
        if not all(stream.ended for stream in self.streams):
            raise Unexpected("no BYE at the end")
        await self.play("npt=0-")

    async def all_ended(self):
        while not all(stream.ended for stream in self.streams):
            await asyncio.sleep(0.2)

    async def keep_alive(self):
        """Receiver reports, or GET_PARAMETER."""
        by_report = self.random.random() < 0.5
        while not self.connection.closed.done():
            await asyncio.sleep(10)
            if not by_report:
                with contextlib.suppress(ConnectionError, asyncio.TimeoutError):
                    await self.connection.request("GET_PARAMETER", self.url, {})
                continue
            for index, stream in enumerate(self.streams):
                report = stream.receiver_report()
                if self.udp:
                    with contextlib.suppress(OSError):
                        self.sockets[index][1].send(report)
                else:
                    self.connection.transport.write(bytes((0x24, 2 * index + 1, 0, len(report))) + report)

    async def leave(self):
        """By TEARDOWN; by closing the connection; by resetting it; without a word, the connection left open."""
        way = self.random.choices(("teardown", "close", "reset", "silence"), (50, 20, 20, 10))[0]
        self.tally.events[f"left by {way}"] += 1
        if way == "teardown":
            await self.ask("TEARDOWN")
        elif way == "reset":
            self.connection.transport.abort()
        elif way == "silence" and self.udp:
            self.slot.later(self.forgotten(self.connection))
            self.connection = None

    async def forgotten(self, connection):
        """The server must close by itself what shows no life any more."""
        try:
            await asyncio.wait_for(asyncio.shield(connection.closed), FORGOTTEN)
        except asyncio.TimeoutError:
            self.tally.unexpected["a silent viewer's connection was never closed"] += 1
        finally:
            connection.transport.abort()

    def settle(self):
        """Closes what is open, and adds up."""
        self.set_playing(False)
        if self.keeper:
            self.keeper.cancel()
        for pair in self.sockets:
            self.slot.datagrams.close(pair)
        if self.connection:
            self.connection.transport.close()
        self.tally.packets += sum(stream.packets for stream in self.streams)
        self.tally.lost["udp" if self.udp else "tcp"] += sum(stream.lost for stream in self.streams)
        for index, stream in enumerate(self.streams):
            if stream.lost:
                self.tally.losses.append(self.loss(index, stream))

    def loss(self, index, stream):
        """For the log: what was missing and when, s, and what the viewer did before."""
        began = self.history[0][0]
        gaps = "; ".join(f"{when - began:.2f}: {missing} after {packets} packets" for when, packets, missing in stream.gaps[:10])
        acts = ", ".join(f"{when - began:.2f} {what}" for when, what in self.history if when <= stream.gaps[-1][0])
        return f"{'UDP' if self.udp else 'TCP'} session {self.connection and self.connection.session} stream {index}: {gaps} ({acts})"
