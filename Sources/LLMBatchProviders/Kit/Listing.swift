import Foundation
import LLMBatchCore

/// Reads a paged list to its end, and reports if it could not.
///
/// No order is assumed. Items may repeat, pages may be empty, and entries may be invalid: a list ends where the service
/// says so. A list that loops or has more than ``mostPages`` pages has a gap, which may hide the item searched for. "Not
/// found" is therefore reported only for a list that was read to its end.
struct Listing<Item> {
    /// One page of the list.
    struct Page {
        var items: [Item]
        var next: Next
    }

    /// The continuation of a page.
    enum Next: Equatable {
        /// The list ends.
        case end
        /// A page with this cursor, token or number follows.
        case page(String)
        /// A page with this cursor may follow: the service does not say. The list ends if that page has nothing new.
        case maybe(String)
        /// More follows, but the service does not say where.
        case unknown
    }

    /// The kind of item, for errors: `jobs`, `files`.
    let what: String
    /// The limit of pages.
    var mostPages = 1000
    /// The identity of an item; nil for an invalid entry.
    let id: @Sendable (Item) -> String?
    /// Fetches the page of a cursor; the first one for nil.
    let fetch: @Sendable (String?) async throws(ProviderError) -> Page

    /// How many consecutive pages may have nothing new, as happens when items are added meanwhile.
    private static var mostRepeats: Int { 20 }
    /// How many more pages are read after a conclusive match, to find a second job of the same token.
    private static var pagesAfterProof: Int { 10 }

    /// All matches of `select`, each once.
    ///
    /// - Parameter settles: whether a match is conclusive. Only a few more pages are then read, and failures are ignored.
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

    /// The state of the reading.
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
            case .unknown: return .gap("continues, but the service does not say where")
            case .maybe(let following):
                guard hasNew, cursors.insert(following).inserted else { return .end }
                cursor = following
            case .page(let following):
                guard cursors.insert(following).inserted else { return .gap("loops") }
                guard repeats < mostRepeats else { return .gap("repeats its pages") }
                cursor = following
            }
            return .go
        }
    }
}

/// The matches of a search in a list.
struct Findings<Match> {
    var matches: [Match] = []
    /// Why the list was not read to its end; nil if it was.
    var gap: ProviderError?

    /// The matches of a list that must be complete.
    ///
    /// - Throws: the gap, if there is one.
    func complete() throws(ProviderError) -> [Match] {
        if let gap { throw gap }
        return matches
    }

    /// The matches of a search. An empty result requires a complete list.
    ///
    /// - Throws: the gap, if nothing was found.
    func settled() throws(ProviderError) -> [Match] {
        if let gap, matches.isEmpty { throw gap }
        return matches
    }
}

extension [RemoteJob] {
    /// Sorted by time of creation, then by id.
    var oldestFirst: [RemoteJob] {
        sorted { ($0.createdAt ?? .distantPast, $0.id) < ($1.createdAt ?? .distantPast, $1.id) }
    }
}
