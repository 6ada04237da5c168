import Foundation
import Fuzz
import Testing

/// What once broke a reader stays mended, and what it begins with is read.
@Suite("Corpus of the fuzzer")
struct CorpusTests {
    @Test("Every kept input is read", .timeLimit(.minutes(5)), arguments: FuzzTarget.all.map(\.name))
    func replay(name: String) async throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        // Some targets wait for asynchronous work, which must not take the few threads that do such work.
        let count = try await withCheckedThrowingContinuation { (done: CheckedContinuation<Int, any Error>) in
            Thread.detachNewThread { done.resume(with: Result { try Corpus.replay(target) }) }
        }
        #expect(count > 0, "\(name) has no input in \(Corpus.folder.path)")
    }

    @Test("Every folder of the corpus has its target")
    func folders() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Corpus.folder.path).filter {
            !$0.hasPrefix(".")
        }
        #expect(Set(folders) == Set(FuzzTarget.all.map(\.name)))
    }
}
