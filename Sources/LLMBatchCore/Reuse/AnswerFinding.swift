/// A storage that finds answers by what was asked: what reusing them needs.
public protocol AnswerFinding: BatchStorage {
    /// Successful answers to these contents, of any visible batch, as they are stored; a content without one is left out.
    ///
    /// An answer is found once its provider job has ended, until its batch is removed. Of several, any one is given.
    ///
    /// - Parameter contents: some hundred at most; no more is held in memory.
    func answers(to contents: [RequestContent]) async throws -> [RequestContent: BatchResult]
}

extension ResultSource {
    /// An answer that was already in the storage.
    public static let reused = ResultSource(file: "reused", line: 0)
}
