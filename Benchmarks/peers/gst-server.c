// gst-rtsp-server over a directory: rtsp://ADDRESS:PORT/FILE plays each file, every viewer with a pipeline of its own, as Sluice does;
// rtsp://ADDRESS:PORT/shared/FILE has one pipeline for all its viewers, who see what it plays when they come.
//
//   gst-server DIRECTORY ADDRESS PORT
//
// Video is H.264; audio is AAC in MP4, AC-3 in AVI. Nothing is tuned: queues, MTU and threads are the library's defaults.
#include <dirent.h>
#include <gst/rtsp-server/rtsp-server.h>
#include <string.h>

#define MP4_PIPELINE \
    "( filesrc location=\"%s\" ! qtdemux name=d " \
    "d.video_0 ! queue ! rtph264pay name=pay0 pt=96 d.audio_0 ! queue ! rtpmp4gpay name=pay1 pt=97 )"
#define AVI_PIPELINE \
    "( filesrc location=\"%s\" ! avidemux name=d " \
    "d.video_0 ! queue ! h264parse ! rtph264pay name=pay0 pt=96 d.audio_0 ! queue ! ac3parse ! rtpac3pay name=pay1 pt=97 )"

static void mount(GstRTSPMountPoints *mounts, const char *directory, const char *name, gboolean is_shared) {
    gboolean is_avi = g_str_has_suffix(name, ".avi");
    if (!is_avi && !g_str_has_suffix(name, ".mp4")) return;
    g_autofree char *file = g_build_filename(directory, name, NULL);
    g_autofree char *launch = g_strdup_printf(is_avi ? AVI_PIPELINE : MP4_PIPELINE, file);
    g_autofree char *path = g_strconcat(is_shared ? "/shared/" : "/", name, NULL);
    GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();
    gst_rtsp_media_factory_set_launch(factory, launch);
    gst_rtsp_media_factory_set_shared(factory, is_shared);
    gst_rtsp_mount_points_add_factory(mounts, path, factory);
}

// Sessions whose viewers have vanished.
static gboolean remove_expired(gpointer server) {
    g_autoptr(GstRTSPSessionPool) sessions = gst_rtsp_server_get_session_pool(server);
    gst_rtsp_session_pool_cleanup(sessions);
    return G_SOURCE_CONTINUE;
}

int main(int count, char **arguments) {
    gst_init(&count, &arguments);
    if (count != 4) g_error("usage: gst-server DIRECTORY ADDRESS PORT");
    GstRTSPServer *server = gst_rtsp_server_new();
    gst_rtsp_server_set_address(server, arguments[2]);
    gst_rtsp_server_set_service(server, arguments[3]);
    GstRTSPMountPoints *mounts = gst_rtsp_server_get_mount_points(server);
    DIR *directory = opendir(arguments[1]);
    if (directory == NULL) g_error("%s: no such directory", arguments[1]);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        mount(mounts, arguments[1], entry->d_name, FALSE);
        mount(mounts, arguments[1], entry->d_name, TRUE);
    }
    closedir(directory);
    if (gst_rtsp_server_attach(server, NULL) == 0) g_error("%s:%s cannot be listened on", arguments[2], arguments[3]);
    g_timeout_add_seconds(2, remove_expired, server);
    g_main_loop_run(g_main_loop_new(NULL, FALSE));
    return 0;
}
