#!/bin/sh
# Makes the clips and records the golden files of production formats: see README.md. Needs ffmpeg, GStreamer's base and good plugins,
# python3.
set -e
cd "$(dirname "$0")"
F="ffmpeg -hide_banner -loglevel error"
C="python3 capture.py"
SINK="udpsink host=127.0.0.1 port=PORT sync=false"
# jpeg2000 NAME ENCODER-OPTIONS...: one picture, of which GStreamer is given the codestream
jpeg2000() {
  name=$1
  shift
  $F -y -f lavfi -i testsrc2=size=64x48:rate=25 -frames:v 1 -pix_fmt yuv420p -c:v jpeg2000 -format j2k "$@" clip.mov
  $F -y -i clip.mov -c copy -f rawvideo clip.j2k
  $C "$name" 300 clip.mov -- gst-launch-1.0 -v filesrc location=clip.j2k blocksize=1000000 ! \
    'image/x-jpc,sampling=(string)YCbCr-4:2:0,width=64,height=48,framerate=25/1' ! rtpj2kpay name=pay pt=96 mtu=300 ! $SINK
}
jpeg2000 j2k-gst
jpeg2000 j2k-gst-sop -sop 1
# raw NAME FFMPEG-FORMAT GSTREAMER-FORMAT
raw() {
  $F -y -f lavfi -i testsrc2=size=32x16:rate=25 -frames:v 1 -pix_fmt "$2" -c:v rawvideo clip.nut
  $F -y -i clip.nut -c copy -f rawvideo clip.raw
  $C "raw-gst-$1" 300 clip.nut -- gst-launch-1.0 -v filesrc location=clip.raw blocksize=1000000 ! \
    "video/x-raw,format=$3,width=32,height=16,framerate=25/1" ! rtpvrawpay name=pay pt=96 mtu=300 ! $SINK
}
raw uyvy uyvy422 UYVY
raw rgb rgb24 RGB
raw bgr bgr24 BGR
raw rgba rgba RGBA
raw i420 yuv420p I420
raw y41b yuv411p Y41B
# GStreamer's avidemux does not know H.261: it is given the pictures one by one
$F -y -f lavfi -i testsrc2=size=176x144:rate=25 -frames:v 3 -c:v h261 -q:v 4 clip.avi
ffprobe -v error -show_packets -of csv=p=0 -show_entries packet=pos,size clip.avi | sed 's/[^0-9]/ /g' | while read -r size pos; do
  tail -c +"$((pos + 1))" clip.avi | head -c "$size" > "clip.$((n = n + 1)).h261"
done
$C h261-gst 300 clip.avi -- gst-launch-1.0 -v multifilesrc location=clip.%d.h261 start-index=1 stop-index=3 \
  caps=video/x-h261,framerate=25/1 ! rtph261pay name=pay pt=96 mtu=300 ! $SINK
rm clip.*
