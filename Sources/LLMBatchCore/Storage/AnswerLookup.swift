/// A storage that can look up answers by request, which reusing answers requires.
public protocol AnswerLookup: BatchStorage {
    /// Finds successful answers to these requests in any visible batch; requests without one are left out.
    ///
    /// An answer can be found once its provider job has ended, until its batch is removed. Of several answers any one
    /// is returned, but one of an imported batch only when there is no other.
    ///
    /// - Parameters:
    ///   - contents: a few hundred at most; no more is held in memory.
    ///   - fromImports: whether answers from portable files (``BatchRecord/importedAt``), which anyone may have
    ///     written, are included.
    func answers(to contents: [ReuseKey], fromImports: Bool) async throws -> [ReuseKey: BatchResult]
}

extension AnswerLookup {
    /// Finds successful answers to these requests, except those from portable files.
    public func answers(to contents: [ReuseKey]) async throws -> [ReuseKey: BatchResult] {
        try await answers(to: contents, fromImports: false)
    }
}

extension ResultSource {
    /// The source of an answer that was reused from the storage.
    package static let reused = ResultSource(file: "reused", line: 0)
}
