/// Which results to give.
public enum ResultSelection: Sendable, Hashable {
    case all
    /// Those that succeeded.
    case successful
    /// Those with any other outcome.
    case unsuccessful
    /// Those with one of these outcomes.
    case outcomes(Set<Outcome>)

    var outcomes: Set<Outcome>? {
        switch self {
        case .all: nil
        case .successful: [.succeeded]
        case .unsuccessful: Outcome.unsuccessful
        case .outcomes(let outcomes): outcomes
        }
    }
}

/// In which form results are written.
public enum ResultForm: Sendable, Hashable {
    /// OpenAI batch result lines, whoever answered: the provider's own bytes where it speaks that format.
    case openAI
    /// The provider's own lines, byte for byte as they were received; requests of which it sent none are left out.
    case native

    func line(of result: BatchResult) -> [UInt8]? {
        switch self {
        case .openAI: result.openAILine
        case .native: result.receivedLine
        }
    }
}

/// A list read from a storage a page at a time, in the order of the batch.
///
/// Holds one page in memory. What is added while it is read may or may not be seen; nothing is given twice.
public struct Paged<Element: Sendable>: AsyncSequence, Sendable {
    let fetch: @Sendable (_ after: Int?) async throws -> Page<Element>
    let position: @Sendable (Element) -> Int

    /// Begins at the start.
    public func makeAsyncIterator() -> Iterator { Iterator(list: self) }

    /// Reads on, page by page.
    public struct Iterator: AsyncIteratorProtocol {
        let list: Paged
        private var page: ArraySlice<Element> = []
        private var after: Int?
        private var isDone = false

        init(list: Paged) { self.list = list }

        public mutating func next() async throws -> Element? {
            if page.isEmpty, !isDone {
                let next = try await list.fetch(after)
                page = next.elements[...]
                isDone = !next.hasMore
                after = next.elements.last.map(list.position)
            }
            return page.popFirst()
        }
    }
}

extension Batch {
    /// The current answers, streamed in the order of the batch: of each request its latest success, else its latest result.
    public func results(_ selection: ResultSelection = .all) -> Paged<BatchResult> {
        let (storage, id, outcomes) = (storage, id, selection.outcomes)
        return Paged {
            try await storage.results(ResultQuery(batch: id, outcomes: outcomes, after: $0))
        } position: {
            $0.position
        }
    }

    /// The current answers of these custom ids, in the order asked; ids without an answer are left out.
    public func results(customIDs: [CustomID]) async throws -> [BatchResult] {
        try await storage.results(of: id, customIDs: customIDs)
    }

    /// Every attempt at one request, first to last.
    ///
    /// - Throws: `notFound` when the batch has no such request.
    public func history(customID: CustomID) async throws -> [RequestTry] {
        guard try await !storage.requests(of: id, customIDs: [customID]).isEmpty else {
            throw LLMBatchError(.notFound, "batch \(id) has no request \"\(customID)\"")
        }
        return try await storage.history(of: id, customID: customID)
    }

    /// The requests, streamed in the order of the batch.
    public func requests() -> Paged<StoredRequest> { requests(.all) }

    /// The requests whose current answer is not a success, streamed, to look into or to send elsewhere.
    public func unsuccessfulRequests(_ outcomes: Set<Outcome> = Outcome.unsuccessful) -> Paged<StoredRequest> {
        requests(.outcomes(outcomes))
    }

    /// The requests of these custom ids, in the order asked; unknown ids are left out.
    public func requests(customIDs: [CustomID]) async throws -> [StoredRequest] {
        try await storage.requests(of: id, customIDs: customIDs)
    }

    /// Requests by how they stand, streamed in the order of the batch.
    public func requests(_ selection: RequestQuery.Selection) -> Paged<StoredRequest> {
        let (storage, id) = (storage, id)
        return Paged {
            try await storage.requests(RequestQuery(batch: id, selection: selection, after: $0))
        } position: {
            $0.position
        }
    }

    /// What providers sent that fits no request, in the order it was found.
    public func anomalies() -> Paged<Anomaly> {
        let (storage, id) = (storage, id)
        return Paged {
            try await storage.anomalies(of: id, after: $0, limit: 500)
        } position: {
            $0.number
        }
    }

    /// Writes the current answers as lines in the order of the batch.
    ///
    /// The file appears whole under its name, or not at all.
    ///
    /// - Throws: `file` when it cannot be written.
    public func writeResults(to path: String, _ selection: ResultSelection = .all, as form: ResultForm = .openAI)
        async throws
    {
        let file = try AtomicFile(path: path)
        do {
            var buffer: [UInt8] = []
            for try await result in results(selection) {
                guard let line = form.line(of: result) else { continue }
                buffer += line
                buffer.append(0x0A)
                if buffer.count > 256 * 1024 {
                    try file.write(buffer)
                    buffer.removeAll(keepingCapacity: true)
                }
            }
            try file.write(buffer)
            try file.commit()
        } catch {
            file.discard()
            throw error
        }
    }
}
