/// Received results that are stored in one transaction.
struct ResultChunk: Sendable {
    /// A chunk is full at this many lines or bytes, or after this time.
    private static let fullCount = 1000
    /// A collection may fetch the results of sixteen jobs at once.
    private static let fullBytes = 512 * 1024
    private static let oldest = Duration.seconds(1)

    let job: ProviderJobID
    private(set) var results: [IncomingResult] = []
    private(set) var unreadable: [Anomaly] = []
    /// The checkpoint after the last part with a readable line. A part without any may not belong to the file (a proxy's
    /// page), so no checkpoint passes it.
    private(set) var progress: CollectionProgress?
    private var bytes = 0
    private var start = ContinuousClock.now

    init(job: ProviderJobID) { self.job = job }

    var isEmpty: Bool { results.isEmpty && unreadable.isEmpty }

    var isFull: Bool {
        results.count >= Self.fullCount || bytes >= Self.fullBytes
            || !isEmpty && ContinuousClock.now - start > Self.oldest
    }

    /// What is wrong with lines: how many cannot be read, and the incomplete last lines of files.
    struct Damage {
        var unreadable = 0
        var cut: [Anomaly] = []
    }

    mutating func add(_ lines: [ReceivedLine], _ progress: CollectionProgress) -> Damage {
        var damage = Damage()
        for line in lines {
            switch line {
            case .result(let result):
                results.append(result)
                bytes += (result.line?.count ?? 0) + (result.nativeLine?.count ?? 0)
                self.progress = progress
            case .unreadable(let source, let reason, let line, let customID, let isCut):
                let anomaly = Anomaly(
                    job: job, kind: .unreadable, customID: customID, source: source, message: reason, line: line)
                bytes += line.count
                if isCut {
                    damage.cut.append(anomaly)
                } else {
                    damage.unreadable += 1
                    unreadable.append(anomaly)
                }
            }
        }
        return damage
    }

    /// The chunk, which is then empty.
    mutating func take() -> ResultChunk {
        defer { self = ResultChunk(job: job) }
        return self
    }
}
