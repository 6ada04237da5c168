import Foundation
public import LLMBatchCore

/// Finding a job again whose create call gave no answer.
extension AnthropicBatchProvider {
    public func jobs(like trace: JobTrace) async throws(ProviderError) -> [RemoteJob] {
        let candidates = try await list.search { object -> RemoteJob? in
            guard let job = AnthropicWire.job(object), trace.fits(job.createdAt) else { return nil }
            // Counters that are not there say nothing.
            let requests = AnthropicWire.requests(of: object)
            return requests == 0 || requests == trace.requests ? job : nil
        }
        return try await candidates.proved { (job) throws(ProviderError) in try await evidence(that: job, is: trace) }
    }

    private var list: Listing<JSONObject> {
        Listing(what: "jobs", id: { WireReading.filled($0.string("id")) }) { (cursor) throws(ProviderError) in
            let after = cursor.map { [("after_id", $0)] } ?? []
            let reply = try await transport.send(.init(path: Self.batches, query: [("limit", "1000")] + after))
            let page = try WireReading.object(reply)
            guard let objects = page.objects("data") else { throw WireReading.unreadable }
            return .init(items: objects, next: OpenAIListing.next(page, objects, isPaged: true))
        }
    }

    /// What a job of the right time and size proves: its results name its requests. Nil when it is another one.
    private func evidence(
        that job: RemoteJob, is trace: JobTrace
    ) async throws(ProviderError) -> RemoteJob.Evidence? {
        guard job.status.isFinal, job.outputFileID != nil else { return .circumstance }
        switch try await firstID(of: job) {
        case .some(let id): return id.hasPrefix(trace.idPrefix) ? .proof : nil
        case nil: return .circumstance
        }
    }

    /// The id in the first line of a job's results that has one.
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

    /// Ends the stream: what was looked for stands in its first line.
    private struct FoundID: Error {
        let id: String
    }
}
