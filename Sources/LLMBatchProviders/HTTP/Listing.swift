import Foundation
import LLMBatchCore

/// Reads a paged list to its end, and says so when it could not.
///
/// It relies on no order. An item may come twice, a page may be empty, and entries may make no sense: a list ends where the
/// service says that nothing follows. A list that leads in a circle, or has more than ``mostPages`` pages, has a gap, and
/// what was looked for may be behind it. "Not found" is therefore only ever said of a list that was read to its end.
struct Listing<Item> {
    /// One page of the list.
    struct Page {
        var items: [Item]
        var next: Next
    }

    /// What comes after a page.
    enum Next: Equatable {
        /// Nothing.
        case end
        /// The page of this cursor, token or number.
        case page(String)
        /// Perhaps the page of this cursor: the service does not say whether there is more. It is the end when that page
        /// brings nothing new.
        case maybe(String)
        /// More, and the service does not say where.
        case unknown
    }

    /// What is listed, for errors: `jobs`, `files`.
    let what: String
    /// No list is longer.
    var mostPages = 1000
    /// What tells one item from another; nil for an entry that makes no sense.
    let id: @Sendable (Item) -> String?
    /// Fetches the page of a cursor; the first one of nil.
    let fetch: @Sendable (String?) async throws(ProviderError) -> Page

    /// How many pages in a row may repeat what was seen: a list to which something is added meanwhile does so.
    private static var mostRepeats: Int { 20 }
    /// How many more pages are read after a match that settles the search, for a second job of the same token.
    private static var pagesAfterProof: Int { 10 }

    /// All that `select` takes from the items, each once.
    ///
    /// - Parameter settles: whether a match answers the question that the list is read for; the rest is then read for a few
    ///   pages and only as long as that goes well.
    /// - Throws: the error of a page that could not be fetched.
    func search<Match>(
        settles: (Match) -> Bool = { _ in false }, _ select: (Item) -> Match?
    ) async throws(ProviderError) -> Findings<Match> {
        var found = Findings<Match>()
        var progress = Progress()
        var isSettled = false
        var pagesLeft = mostPages
        while pagesLeft > 0 {
            let page: Page
            do throws(ProviderError) { page = try await fetch(progress.cursor) } catch {
                guard isSettled else { throw error }
                return found
            }
            var hasNew = page.items.isEmpty
            for item in page.items {
                let id = id(item)
                if let id, progress.seen.insert(id).inserted { hasNew = true }
                guard let match = select(item), progress.isFirstMatch(id) else { continue }
                found.matches.append(match)
                if settles(match), !isSettled { (isSettled, pagesLeft) = (true, min(pagesLeft, Self.pagesAfterProof)) }
            }
            switch progress.step(to: page.next, hasNew: hasNew, mostRepeats: Self.mostRepeats) {
            case .go: pagesLeft -= 1
            case .end: return found
            case .gap(let reason):
                found.gap = gap(reason)
                return found
            }
        }
        found.gap = isSettled ? nil : gap("does not end within \(mostPages) pages")
        return found
    }

    private func gap(_ reason: String) -> ProviderError {
        ProviderError(
            .unreadable, delivery: .unknown, message: "the service's list of \(what) \(reason)",
            code: ProviderError.incompleteList)
    }

    /// How far the reading has come.
    private struct Progress {
        enum Step {
            case go, end
            case gap(String)
        }

        var cursor: String?
        var seen: Set<String> = []
        private var cursors: Set<String> = []
        private var matched: Set<String> = []
        private var repeats = 0

        mutating func isFirstMatch(_ id: String?) -> Bool { id.map { matched.insert($0).inserted } ?? true }

        mutating func step(to next: Next, hasNew: Bool, mostRepeats: Int) -> Step {
            repeats = hasNew ? 0 : repeats + 1
            switch next {
            case .end: return .end
            case .unknown: return .gap("goes on, and the service does not say where")
            case .maybe(let following):
                guard hasNew, cursors.insert(following).inserted else { return .end }
                cursor = following
            case .page(let following):
                guard cursors.insert(following).inserted else { return .gap("leads in a circle") }
                guard repeats < mostRepeats else { return .gap("repeats its pages") }
                cursor = following
            }
            return .go
        }
    }
}

/// What a list had of what was looked for.
struct Findings<Match> {
    var matches: [Match] = []
    /// Why the list was not read to its end; nil when it was.
    var gap: ProviderError?

    /// The matches of a list of which every item counts.
    ///
    /// - Throws: the gap, if there is one.
    func complete() throws(ProviderError) -> [Match] {
        if let gap { throw gap }
        return matches
    }

    /// The matches of a search: finding something is an answer, and finding nothing is one only of a whole list.
    ///
    /// - Throws: the gap, if nothing was found.
    func settled() throws(ProviderError) -> [Match] {
        if let gap, matches.isEmpty { throw gap }
        return matches
    }
}

extension [RemoteJob] {
    /// In the order in which a search gives them.
    var oldestFirst: [RemoteJob] {
        sorted { ($0.createdAt ?? .distantPast, $0.id) < ($1.createdAt ?? .distantPast, $1.id) }
    }
}
