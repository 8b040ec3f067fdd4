import Delivery
import MediaCore
import RTSPSession

/// A title as a URL names it: all readers of the file share the title, whatever their URLs choose of it.
struct OpenedTitle {
    let title: any MediaTitle
    let query: TitleQuery
    let presentation: Presentation

    /// - Throws: `.noSuchTrack` if the query chooses none, or one that is not there.
    init(_ title: any MediaTitle, _ query: TitleQuery) throws(MediaError) {
        self.title = title
        self.query = query
        presentation = try Presentation(title, query)
    }
}
