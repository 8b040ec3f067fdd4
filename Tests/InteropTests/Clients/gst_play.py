"""Plays an RTSP URL with GStreamer's rtspsrc, to its end or from one seek to the next, and writes what arrived as JSON.

    /usr/bin/python3 gst_play.py URL udp|udp-mcast|tcp OUTPUT.json [--seek SECONDS ...] [--timeout SECONDS] [--latency MS]

The output is a list of runs, one for a play to the end, one per seek:

    {"asked": s|null, "error": str|null, "eos": bool, "seconds": wall clock, "capture": path,
     "tracks": {"video"|"audio": {"rate": Hz, "rtptime": clock-base, "start": npt-start ns,
                "reports": [[ntp64, rtp], ...], "stale": packets dropped,
                "timestamps": different RTP timestamps,
                "units": [[rtp, pts, adler32], ...], "frames": [[pts, adler32], ...]}}}

`capture` is the H.264 stream as it came (ISO/IEC 14496-10 Annex B), `units` are access units as they left the depayloader, each with the RTP timestamp of its packets; `frames` are the pictures that avdec_h264
made of them. Hashes are Adler-32 started at 0, as FFmpeg's `framecrc` muxer computes them. PTS are nanoseconds, smoothed by arrival times, as
rtspsrc does it by default: RTP timestamps are what tells exact times.
"""

import argparse
import faulthandler
import json
import os
import re
import signal
import struct
import threading
import time
import zlib

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstVideo", "1.0")
from gi.repository import Gst, GstVideo  # noqa: E402

# Looked up once: PyGObject makes an enumeration's values at their first use, and two streaming threads at once may not find them. A probe
# that fails counts as DROP, and a dropped FLUSH_STOP stops the pipeline for good.
OK, DROP = Gst.PadProbeReturn.OK, Gst.PadProbeReturn.DROP
BUFFER, EVENT_DOWNSTREAM = Gst.PadProbeType.BUFFER, Gst.PadProbeType.EVENT_DOWNSTREAM
EVENT_FLUSH = Gst.PadProbeType.EVENT_FLUSH
FLUSH_STOP, EOS = Gst.EventType.FLUSH_STOP, Gst.EventType.EOS
# The same with classes: two made at once are two, and then "argument 1: Must be Gst.PadProbeInfo, not PadProbeInfo".
CLASSES = Gst.Buffer, Gst.Caps, Gst.Event, Gst.Message, Gst.Pad, Gst.PadProbeInfo, Gst.Structure, GstVideo.VideoInfo

PROTOCOLS = {"udp": 1, "udp-mcast": 2, "tcp": 4}  # GstRTSPLowerTrans
DECODER = "h264parse ! avdec_h264 max-threads=1"
DEPAYLOADERS = {
    "H264": "rtph264depay ! video/x-h264,stream-format=byte-stream,alignment=au ! identity name=units ! " + DECODER,
    "MPEG4-GENERIC": "rtpmp4gdepay ! identity name=units",
}
# Counted and not decoded: depayloaders of the other formats.
COUNTED = {
    "H265": "rtph265depay", "MP4V-ES": "rtpmp4vdepay", "MPV": "rtpmpvdepay", "JPEG": "rtpjpegdepay", "H263-1998": "rtph263pdepay",
    "H263-2000": "rtph263pdepay", "MPA": "rtpmpadepay", "AC3": "rtpac3depay", "OPUS": "rtpopusdepay", "PCMU": "rtppcmudepay",
    "VP8": "rtpvp8depay", "VP9": "rtpvp9depay",
    "DV": "rtpdvdepay", "H261": "rtph261depay", "JPEG2000": "rtpj2kdepay", "THEORA": "rtptheoradepay", "RAW": "rtpvrawdepay",
    "VORBIS": "rtpvorbisdepay", "SPEEX": "rtpspeexdepay", "AMR": "rtpamrdepay", "AMR-WB": "rtpamrdepay", "GSM": "rtpgsmdepay",
    "G722": "rtpg722depay", "G723": "rtpg723depay", "G729": "rtpg729depay", "ILBC": "rtpilbcdepay", "QCELP": "rtpqcelpdepay",
    "G726-16": "rtpg726depay", "G726-24": "rtpg726depay", "G726-32": "rtpg726depay", "G726-40": "rtpg726depay",
    "MP4A-LATM": "rtpmp4adepay",
    "PCMA": "rtppcmadepay", "L8": "rtpL8depay", "L16": "rtpL16depay", "L24": "rtpL24depay",
}
# After a seek: frames and units enough to judge, so that the next seek can go out.
ENOUGH_FRAMES = 2
ENOUGH_UNITS = 3
# Seconds: when a BYE arrives during a seek, rtspsrc's threads sometimes wait for each other without end, all its requests answered.
STUCK = 8


def plane_bytes(data, info):
    """A picture's bytes without row padding, plane after plane, as FFmpeg's rawvideo lays them out."""
    view, rows = memoryview(data), []
    for c in range(info.finfo.n_components):
        w_sub, h_sub = info.finfo.w_sub[c], info.finfo.h_sub[c]
        width = (info.width + (1 << w_sub) - 1 >> w_sub) * ((info.finfo.depth[c] + 7) // 8)
        height = info.height + (1 << h_sub) - 1 >> h_sub
        stride, offset = info.stride[c], info.offset[c]
        if stride == width:
            rows.append(view[offset : offset + width * height])
        else:
            rows += [view[offset + y * stride : offset + y * stride + width] for y in range(height)]
    return rows


def adler32(chunks):
    value = 0
    for chunk in chunks:
        value = zlib.adler32(chunk, value)
    return value


class Track:
    """What arrived on one stream since the last flush. Touched by that stream's streaming thread, read by the main thread."""

    def __init__(self, media, rate, index):
        self.media, self.rate, self.index, self.flushes, self.outdated = media, rate, index, 0, None
        self.reset()

    def reset(self):
        self.rtptime = self.start = self.first = self.timestamp = self.ssrc = None
        self.units, self.frames, self.stale, self.stream = [], [], 0, []
        self.timestamps = set()
        self.begun = self.ended = False

    def summary(self, reports):
        return {"rate": self.rate, "rtptime": self.rtptime, "start": self.start, "reports": reports.get(self.ssrc, []), "stale": self.stale,
                "timestamps": len(self.timestamps), "units": list(self.units), "frames": list(self.frames)}

    def satisfied(self):
        if self.media != "video":
            return self.ended or len(self.units) >= ENOUGH_UNITS
        # Of an open group of pictures the decoder may show one picture and then none for long.
        return self.ended or len(self.frames) >= ENOUGH_FRAMES or (self.frames and len(self.units) > 2 * ENOUGH_UNITS)


class Player:
    def __init__(self, url, protocol, latency):
        self.pipeline = Gst.Pipeline()
        self.source = Gst.ElementFactory.make("rtspsrc")
        self.source.set_property("location", url)
        self.source.set_property("protocols", PROTOCOLS[protocol])
        self.source.set_property("latency", latency)
        self.source.set_property("drop-on-latency", False)
        self.source.set_property("udp-buffer-size", 4 << 20)
        self.source.connect("new-manager", self.on_manager)
        self.source.connect("pad-added", self.on_pad)
        self.source.connect("no-more-pads", lambda _: self.ready.set())
        self.pipeline.add(self.source)
        self.tracks, self.reports, self.pads = [], {}, []
        self.ready = threading.Event()
        self.stuck = False

    def on_manager(self, _, manager):
        manager.connect("on-ssrc-active", self.on_report)

    def on_report(self, manager, session, ssrc):
        source = manager.emit("get-internal-session", session).emit("get-source-by-ssrc", ssrc)
        stats = source.get_property("stats") if source else None
        if stats and stats.get_value("have-sr"):
            report = [stats.get_value("sr-ntptime"), stats.get_value("sr-rtptime")]
            self.reports.setdefault(ssrc, []).append(report)

    def on_pad(self, _, pad):
        structure = pad.get_current_caps().get_structure(0)
        # recv_rtp_src_INDEX_SSRC_TYPE: the index in the description.
        index = int(re.search(r"[0-9]+", pad.get_name())[0])
        track = Track(structure.get_string("media"), structure.get_value("clock-rate"), index)
        self.tracks.append(track)
        self.pads.append(pad)
        pad.add_probe(BUFFER | EVENT_DOWNSTREAM | EVENT_FLUSH, self.on_packet, track)
        encoding = structure.get_string("encoding-name")
        depayloader = DEPAYLOADERS.get(encoding) or COUNTED[encoding] + " ! identity name=units"
        branch = Gst.parse_bin_from_description(depayloader + " ! fakesink name=sink sync=false async=false", True)
        branch.get_by_name("units").get_static_pad("src").add_probe(BUFFER, self.on_unit, track)
        if track.media == "video" and encoding in DEPAYLOADERS:
            branch.get_by_name("sink").get_static_pad("sink").add_probe(BUFFER, self.on_frame, track)
        branch.get_by_name("sink").get_static_pad("sink").add_probe(EVENT_DOWNSTREAM, self.on_end, track)
        self.pipeline.add(branch)
        branch.sync_state_with_parent()
        pad.link(branch.get_static_pad("sink"))

    def on_packet(self, pad, info, track):
        if info.type & BUFFER:
            buffer = info.get_buffer()
            sequence, track.timestamp, track.ssrc = struct.unpack("!HII", buffer.extract_dup(2, 10))
            # Datagrams sent before a seek may still lie in the socket: RTP-Info's seq tells them from the new ones.
            if not track.begun or track.rtptime is None:
                self.read_caps(track, pad.get_current_caps())
            if track.flushes and not track.begun:
                if track.first is None or (sequence - track.first) & 0xFFFF >= 0x8000:
                    track.stale += 1
                    return DROP
            track.begun = True
            track.timestamps.add(track.timestamp)
            return OK
        event = info.get_event()
        if event.type == FLUSH_STOP:
            track.outdated = track.first, track.rtptime
            track.reset()
            track.flushes += 1
        return OK

    def read_caps(self, track, caps):
        if caps is None:
            return
        structure = caps.get_structure(0)
        # After a flush the pad repeats the caps of the PLAY before, until the new reply is there.
        if (structure.get_value("seqnum-base"), structure.get_value("clock-base")) == track.outdated:
            return
        track.rtptime, track.start = structure.get_value("clock-base"), structure.get_value("npt-start")
        track.first = structure.get_value("seqnum-base")

    def on_unit(self, _, info, track):
        # The depayloader runs in its packet's thread: the last packet seen is the unit's last (its marker is set).
        buffer = info.get_buffer()
        data = buffer.extract_dup(0, buffer.get_size())
        track.units.append([track.timestamp, buffer.pts, zlib.adler32(data, 0)])
        if track.media == "video":
            track.stream.append(data)
        return OK

    def on_frame(self, pad, info, track):
        buffer = info.get_buffer()
        picture = GstVideo.VideoInfo.new_from_caps(pad.get_current_caps())
        track.frames.append([buffer.pts, adler32(plane_bytes(buffer.extract_dup(0, buffer.get_size()), picture))])
        return OK

    def on_end(self, _, info, track):
        if info.get_event().type == EOS:
            track.ended = True
        return OK

    def failure(self, timeout):
        """Waits for the end of the whole presentation: nil at EOS, else what went wrong."""
        kinds = Gst.MessageType.EOS | Gst.MessageType.ERROR
        message = self.pipeline.get_bus().timed_pop_filtered(int(timeout * Gst.SECOND), kinds)
        if message is None:
            return f"no end within {timeout} s"
        if message.type == Gst.MessageType.ERROR:
            error, detail = message.parse_error()
            return f"{error.message}: {detail}"
        return None

    def wait_for(self, condition, timeout):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if condition():
                return None
            message = self.pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
            if message:
                return message.parse_error()[0].message
            time.sleep(0.005)
        return f"not there within {timeout} s"

    def run(self, asked, error, began, capture):
        with open(capture, "wb") as file:
            for track in self.tracks:
                file.writelines(list(track.stream))
        # Of several of a kind, the first.
        ordered = sorted(self.tracks, key=lambda track: -track.index)
        tracks = {track.media: track.summary(self.reports) for track in ordered}
        return {"asked": asked, "error": error, "eos": all(track.ended for track in self.tracks), "capture": capture,
                "seconds": time.monotonic() - began, "tracks": tracks}

    def play(self, timeout, output):
        began = time.monotonic()
        self.pipeline.set_state(Gst.State.PLAYING)
        return [self.run(None, self.failure(timeout), began, f"{output}.264")]

    def seek_once(self, position, timeout):
        flushes = [track.flushes for track in self.tracks]
        event = Gst.Event.new_seek(
            1.0, Gst.Format.TIME, Gst.SeekFlags.FLUSH, Gst.SeekType.SET, int(position * Gst.SECOND), Gst.SeekType.NONE, 0)
        seeking = threading.Thread(target=self.pads[0].send_event, args=(event,), daemon=True)
        seeking.start()
        seeking.join(STUCK)
        if seeking.is_alive():
            self.stuck = True
            return f"rtspsrc did not take the seek within {STUCK} s"
        return self.wait_for(lambda: all(
            track.flushes > before and track.satisfied() for track, before in zip(self.tracks, flushes)), timeout)

    def start(self, timeout):
        """Plays until there is something of every track: then the session can be sought in. Nil, or what went wrong."""
        self.pipeline.set_state(Gst.State.PLAYING)
        return self.wait_for(lambda: self.ready.is_set() and all(track.satisfied() for track in self.tracks), timeout)

    def stop(self):
        """TEARDOWN goes out; should rtspsrc's threads wait for each other here, as they sometimes do after seeks, nobody waits for them."""
        stopping = threading.Thread(target=self.pipeline.set_state, args=(Gst.State.NULL,), daemon=True)
        stopping.start()
        stopping.join(3)


def seek(make_player, positions, timeout, output):
    """One seek after the other in one session, as long as that has not come to its end: some seconds after a BYE rtspsrc ends the stream
    once more, whatever is sent then, and a BYE from before a seek may lie in the socket and end what follows before it began."""
    runs, player = [], None
    for position in positions:
        for _ in range(4):
            began = time.monotonic()
            if player is None or player.stuck or all(track.ended for track in player.tracks):
                if player:
                    player.stop()
                player = make_player()
                error = player.start(timeout)
                if error:
                    return runs + [player.run(None, "before the seek: " + error, began, f"{output}.264")]
            error = player.seek_once(position, timeout)
            if player.stuck:
                continue
            if error or not any(track.ended and not track.begun for track in player.tracks):
                break
        runs.append(player.run(position, error, began, f"{output}.{len(runs)}.264"))
    player.stop()
    return runs


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("url")
    arguments.add_argument("protocol", choices=PROTOCOLS)
    arguments.add_argument("output")
    arguments.add_argument("--seek", type=float, nargs="*")
    arguments.add_argument("--timeout", type=float, default=30)
    arguments.add_argument("--latency", type=int, default=2000, help="of the jitter buffer, milliseconds; rtspsrc's default")
    options = arguments.parse_args()
    # Whoever stops it for taking too long learns where it stood.
    faulthandler.register(signal.SIGTERM, all_threads=True, chain=True)
    Gst.init(None)
    make_player = lambda: Player(options.url, options.protocol, options.latency)  # noqa: E731
    if options.seek:
        runs = seek(make_player, options.seek, options.timeout, options.output)
    else:
        player = make_player()
        runs = player.play(options.timeout, options.output)
    with open(options.output, "w") as output:
        json.dump(runs, output)
    if not options.seek:
        player.stop()
    os._exit(0)


if __name__ == "__main__":
    main()
