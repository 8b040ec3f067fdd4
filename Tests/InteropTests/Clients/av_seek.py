"""Seeks in an RTSP URL with FFmpeg's client (through PyAV), one seek after the other in one session, and writes what arrived as JSON.

    python av_seek.py URL udp|tcp OUTPUT.json --seek SECONDS ... [--timeout SECONDS]

The output is a list of runs, one per seek:

    {"asked": s, "error": str|null, "eos": bool, "seconds": wall clock, "range": the reply's Range header|null,
     "tracks": {"video"|"audio": {"timebase": [num, den], "units": [[pts, adler32], ...], "frames": [[pts, adler32], ...],
                                  "restarts": [[[pts, adler32], ...], ...]}}}

PTS are in the track's time base, on FFmpeg's timeline (NPT, since it takes the reply's Range start as its origin). Hashes are Adler-32 started
at 0, as FFmpeg's `framecrc` muxer computes them. `restarts` is what a fresh decoder makes of the units from each key frame on: over UDP, datagrams
from before the seek that lay in the socket are the first that the decoder sees, and their order of presentation mixes with that of what follows.
"""

import argparse
import json
import re
import sys
import time
import zlib

import av
import av.logging

ENOUGH_FRAMES = 2
ENOUGH_UNITS = 3
# bits of horizontal and vertical chroma subsampling, and bytes per sample, of the formats that the titles have
FORMATS = {
    "yuv420p": (1, 1, 1), "yuvj420p": (1, 1, 1), "yuv422p": (1, 0, 1), "yuvj422p": (1, 0, 1), "yuv444p": (0, 0, 1), "yuvj444p": (0, 0, 1),
    "yuv420p10le": (1, 1, 2), "yuv422p10le": (1, 0, 2), "gray": (0, 0, 1), "yuv411p": (2, 0, 1),
}


def frame_hash(frame):
    w_sub, h_sub, size = FORMATS[frame.format.name]
    value = 0
    for index, plane in enumerate(frame.planes):
        width = size * (frame.width if index == 0 else frame.width + (1 << w_sub) - 1 >> w_sub)
        height = frame.height if index == 0 else frame.height + (1 << h_sub) - 1 >> h_sub
        view = memoryview(plane)
        if plane.line_size == width:
            value = zlib.adler32(view[: width * height], value)
        else:
            for y in range(height):
                value = zlib.adler32(view[y * plane.line_size : y * plane.line_size + width], value)
    return value


class Track:
    def __init__(self, stream, mixes):
        """mixes: datagrams from before the seek may come first, of which a decoder that was flushed can make nothing."""
        self.stream, self.mixes, self.units, self.frames, self.packets = stream, mixes, [], [], []
        self.undecoded = 0

    def satisfied(self, start):
        """Datagrams sent before the seek may still lie in the socket; what counts is what comes after the reply's Range start."""
        samples, enough = (self.frames, ENOUGH_FRAMES) if self.stream.type == "video" else (self.units, ENOUGH_UNITS)
        return sum(pts is not None and pts * self.stream.time_base >= start for pts, _ in samples) >= enough

    def take(self, packet):
        if packet.size:
            self.units.append([packet.pts, zlib.adler32(memoryview(packet), 0)])
        if self.stream.type == "video":
            self.packets.append(packet)
            try:
                self.frames += [[frame.pts, frame_hash(frame)] for frame in packet.decode()]
            except av.error.InvalidDataError:
                if not self.mixes:
                    raise
                self.undecoded += 1

    def restarts(self):
        return [self.decode(self.packets[index:]) for index, packet in enumerate(self.packets) if packet.is_keyframe and packet.size]

    def decode(self, packets):
        decoder = av.CodecContext.create(self.stream.codec_context.name, "r")
        decoder.extradata, decoder.thread_count = self.stream.codec_context.extradata, 1
        frames = []
        for packet in packets:
            try:
                frames += decoder.decode(packet)
            except av.error.InvalidDataError:
                break
        return [[frame.pts, frame_hash(frame)] for frame in frames]

    def summary(self, restarts):
        base = self.stream.time_base
        return {"timebase": [base.numerator, base.denominator], "units": self.units, "frames": self.frames,
                "restarts": self.restarts() if restarts else []}


def range_header(logs):
    """The last `Range` header that FFmpeg read: it traces each line of a reply."""
    lines = [text for _, _, text in logs if "line='Range:" in text]
    return lines[-1].split("line='Range:", 1)[1].rstrip().rstrip("'").strip() if lines else None


def seek(container, streams, position, timeout, mixes, tries=3):
    began, error, eos, header = time.monotonic(), None, False, None
    tracks = {stream.type: Track(stream, mixes) for stream in streams}
    with av.logging.Capture() as logs:
        try:
            container.seek(int(position * 1_000_000), any_frame=True)
            header = range_header(logs)
            start = float(re.match(r"npt=([0-9.]+)", header)[1]) if header else 0
            for packet in container.demux(streams):
                tracks[packet.stream.type].take(packet)
                if all(track.satisfied(start) for track in tracks.values()):
                    break
                if time.monotonic() - began > timeout:
                    error = f"not there within {timeout} s"
                    break
            else:
                eos = True
        except (av.error.FFmpegError, KeyError, TypeError) as failure:
            error = repr(failure)
    # FFmpeg may have put the end of a unit from before the seek and the first one after it together: then that is lost, and in a title with one
    # key frame all is. What the server does wrong it does each time.
    if tries and any(track.undecoded and not track.frames for track in tracks.values()):
        return seek(container, streams, position, timeout, mixes, tries - 1)
    return {"asked": position, "error": error, "eos": eos, "seconds": time.monotonic() - began, "range": header,
            "tracks": {kind: track.summary(mixes) for kind, track in tracks.items()}}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("url")
    arguments.add_argument("protocol", choices=["udp", "tcp"])
    arguments.add_argument("output")
    arguments.add_argument("--seek", type=float, nargs="+", required=True)
    arguments.add_argument("--timeout", type=float, default=30)
    options = arguments.parse_args()
    av.logging.set_level(av.logging.TRACE)
    container = av.open(options.url, timeout=options.timeout, options={
        "rtsp_transport": options.protocol, "buffer_size": str(4 << 20), "analyzeduration": "200000", "probesize": "100000"})
    # The first track of each kind.
    streams = [stream for kind in (container.streams.video, container.streams.audio) for stream in kind[:1]]
    for stream in streams:
        stream.codec_context.thread_count = 1
    runs = [seek(container, streams, position, options.timeout, options.protocol == "udp") for position in options.seek]
    with open(options.output, "w") as output:
        json.dump(runs, output)
    container.close()


if __name__ == "__main__":
    sys.exit(main())
