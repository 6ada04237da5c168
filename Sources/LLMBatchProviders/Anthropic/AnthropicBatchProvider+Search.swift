import Foundation
import LLMBatchCore

/// Finds a job whose create call got no answer.
extension AnthropicBatchProvider {
    func jobs(matching trace: ProviderJobFingerprint) async throws(ProviderError) -> [RemoteJob] {
        let candidates = try await list.search { object -> RemoteJob? in
            guard let job = AnthropicWire.job(object), trace.fits(job.createdAt) else { return nil }
            // Missing counters prove nothing.
            let requests = AnthropicWire.requests(of: object)
            return requests == 0 || requests == trace.requests ? job : nil
        }
        return try await candidates.proved { (job) throws(ProviderError) in try await evidence(that: job, is: trace) }
    }

    private var list: Listing<JSONObject> {
        Listing(what: "jobs", id: { WireReading.filled($0.string("id")) }) { (cursor) throws(ProviderError) in
            let after = cursor.map { [("after_id", $0)] } ?? []
            let page = try await transport.object(.init(path: Self.batches, query: [("limit", "1000")] + after))
            guard let objects = page.objects("data") else { throw WireReading.unreadable }
            return .init(items: objects, next: OpenAIListing.next(page, objects, isPaged: true))
        }
    }

    /// The evidence of a job with the right time and size: its results identify its requests. Nil when it is not ours.
    private func evidence(
        that job: RemoteJob, is trace: ProviderJobFingerprint
    ) async throws(ProviderError) -> RemoteJob.Evidence? {
        guard job.status.isFinal, job.outputFileID != nil else { return .circumstance }
        switch try await firstID(of: job) {
        case .some(let id): return id.hasPrefix(trace.idPrefix) ? .proof : nil
        case nil: return .circumstance
        }
    }

    /// The first id in a job's results.
    private func firstID(of job: RemoteJob) async throws(ProviderError) -> String? {
        var reader = ResultLines(
            name: "output", from: .init(bytes: 0, lines: 0), idKey: "custom_id", credential: transport.credential
        ) {
            AnthropicResultLine.read($0, source: $1, endpoint: .chatCompletions)
        }
        do {
            try await transport.stream(.init(target: address(job.outputFileID, of: job.id))) { chunk in
                for case .result(let result) in reader.lines(in: chunk) { throw FoundID(id: result.customID.rawValue) }
            }
            for case .result(let result) in reader.rest() { return result.customID.rawValue }
            return nil
        } catch let found as FoundID {
            return found.id
        } catch let error as ProviderError where error.kind == .notFound {
            return nil
        } catch {
            throw ProviderError(transport: error)
        }
    }

    /// Ends the stream once the first line was read.
    private struct FoundID: Error {
        let id: String
    }
}
