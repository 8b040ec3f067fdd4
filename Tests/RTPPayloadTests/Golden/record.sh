#!/bin/sh
# Makes the clips and records every golden file: see README.md. Needs ffmpeg with libx264 and libx265, GStreamer's good and bad plugins, python3.
set -e
cd "$(dirname "$0")"
# Annex B with access unit delimiters, 2 slices a picture, B-frames, SEI, in-band SPS/PPS at each IDR
ffmpeg -hide_banner -loglevel error -y -f lavfi -i testsrc2=size=128x96:rate=25 -frames:v 5 -c:v libx264 -preset medium -qp 24 \
  -x264-params aud=1:slices=2:bframes=2:keyint=4:min-keyint=4:scenecut=0:repeat-headers=1 -bsf:v filter_units=remove_types=6 clip.h264
ffmpeg -hide_banner -loglevel error -y -f lavfi -i testsrc2=size=128x96:rate=25 -frames:v 5 -c:v libx264 -preset medium -qp 24 \
  -x264-params aud=0:slices=1:bframes=2:keyint=4:min-keyint=4:scenecut=0 clip.mp4
ffmpeg -hide_banner -loglevel error -y -f lavfi -i "sine=frequency=440:sample_rate=44100,aformat=channel_layouts=stereo" -t 0.2 -c:a aac -b:a 96k clip.m4a
F="ffmpeg -hide_banner -loglevel error"
C="python3 capture.py"
$C h264-ffmpeg-annexb 300 clip.h264 -- $F -i clip.h264 -c copy -f rtp -payload_type 96 'rtp://127.0.0.1:PORT?pkt_size=300'
$C h264-ffmpeg-avcc 300 clip.mp4 -- $F -i clip.mp4 -c copy -f rtp -payload_type 96 'rtp://127.0.0.1:PORT?pkt_size=300'
$C h264-gst-single 300 clip.mp4 -- gst-launch-1.0 -v filesrc location=clip.mp4 ! qtdemux ! rtph264pay name=pay pt=96 mtu=300 config-interval=-1 aggregate-mode=none ! udpsink host=127.0.0.1 port=PORT sync=false
$C h264-gst-stap 300 clip.mp4 -- gst-launch-1.0 -v filesrc location=clip.mp4 ! qtdemux ! rtph264pay name=pay pt=96 mtu=300 config-interval=-1 aggregate-mode=max-stap ! udpsink host=127.0.0.1 port=PORT sync=false
$C aac-ffmpeg-fragments 150 clip.m4a -- $F -i clip.m4a -c copy -f rtp -payload_type 96 'rtp://127.0.0.1:PORT?pkt_size=150'
$C aac-ffmpeg-single 360 clip.m4a -- $F -i clip.m4a -c copy -f rtp -payload_type 96 'rtp://127.0.0.1:PORT?pkt_size=360'
$C aac-gst-fragments 150 clip.m4a -- gst-launch-1.0 -v filesrc location=clip.m4a ! qtdemux ! rtpmp4gpay name=pay pt=96 mtu=150 ! udpsink host=127.0.0.1 port=PORT sync=false
$C h264-gst-annexb 300 clip.h264 -- gst-launch-1.0 -v filesrc location=clip.h264 ! h264parse ! video/x-h264,stream-format=byte-stream,alignment=au ! rtph264pay name=pay pt=96 mtu=300 config-interval=0 aggregate-mode=max-stap ! udpsink host=127.0.0.1 port=PORT sync=false
$F -y -f lavfi -i "sine=frequency=440:sample_rate=44100,aformat=channel_layouts=stereo" -t 0.5 -c:a aac -b:a 48k clip.m4a
$C aac-ffmpeg-shared 700 clip.m4a -- $F -i clip.m4a -c copy -f rtp -payload_type 96 'rtp://127.0.0.1:PORT?pkt_size=700'
rm clip.h264 clip.mp4 clip.m4a

# video VIDEO-OPTIONS... FILE: a fifth of a second
video() { ffmpeg -hide_banner -loglevel error -y -f lavfi -i testsrc2=size=128x96:rate=25 -frames:v 5 "$@"; }
# ffmpeg_rtp NAME FILE, gst_rtp NAME FILE ELEMENTS-AND-PAYLOADER...: packets of at most 300 bytes
ffmpeg_rtp() { $C "$1" 300 "$2" -- $F -i "$2" -c copy -f rtp -payload_type 96 'rtp://127.0.0.1:PORT?pkt_size=300'; }
gst_rtp() {
  name=$1 file=$2; shift 2
  $C "$name" 300 "$file" -- gst-launch-1.0 -v filesrc location="$file" ! "$@" name=pay pt=96 mtu=300 ! udpsink host=127.0.0.1 port=PORT sync=false
}
X265=keyint=4:min-keyint=4:scenecut=0:bframes=2:log-level=none
video -c:v libx265 -crf 22 -x265-params $X265:info=0:aud=1:slices=2:repeat-headers=1 clip.h265
video -c:v libx265 -crf 22 -x265-params $X265:info=0 -tag:v hvc1 clip.mp4
video -c:v mpeg4 -q:v 4 -bf 2 -g 4 -f m4v clip.m4v
video -c:v mpeg2video -q:v 6 -bf 1 -g 3 clip.m2v
video -c:v mpeg1video -q:v 6 -bf 1 -g 3 clip.m1v
video -frames:v 2 -c:v mjpeg -huffman default -force_duplicated_matrix 1 -q:v 8 -pix_fmt yuvj420p clip.avi
video -c:v h263p -structured_slices 1 -ps 250 -q:v 14 -g 3 clip2.avi
video -c:v h263 -q:v 14 -g 3 clip2.3gp
ffmpeg_rtp h265-ffmpeg-annexb clip.h265
ffmpeg_rtp h265-ffmpeg-hvcc clip.mp4
gst_rtp h265-gst-annexb clip.h265 h265parse ! video/x-h265,stream-format=byte-stream,alignment=au ! rtph265pay config-interval=0 aggregate-mode=max
ffmpeg_rtp mpeg4-ffmpeg clip.m4v
gst_rtp mpeg4-gst clip.m4v mpeg4videoparse ! rtpmp4vpay
ffmpeg_rtp mpeg2-ffmpeg clip.m2v
ffmpeg_rtp mpeg1-ffmpeg clip.m1v
ffmpeg_rtp jpeg-ffmpeg clip.avi
gst_rtp jpeg-gst clip.avi avidemux ! rtpjpegpay
ffmpeg_rtp h263-ffmpeg-slices clip2.avi
ffmpeg_rtp h263-ffmpeg clip2.3gp
gst_rtp h263-gst clip2.3gp qtdemux ! rtph263ppay
rm clip*.*
