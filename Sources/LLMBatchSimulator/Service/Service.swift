import Foundation
import LLMBatchCore

/// A simulated provider service: the calls that it supports, and how it writes jobs, results and errors.
///
/// What services have in common is here: a job is accepted, advances, ends with results, is listed and cancelled. A
/// service adds its wire format, which it states independently of the library's providers.
protocol Service: AnyObject {
    var store: ServiceStore { get }
    /// Every supported call; the first route that matches applies.
    var routes: [Route] { get }
    /// Rejects a call without the right credentials.
    func authorize(_ call: IncomingCall, _ route: SimulatorRoute) throws(Refusal)
    /// The response to a call that matches no route.
    func unknown(_ call: IncomingCall) -> Refusal
    /// The response to a call that matches a route except for its method. Without this, that of ``unknown(_:)``.
    func wrongMethod(_ call: IncomingCall) -> Refusal
    /// The response to a call about a job that does not exist.
    func noJob(_ id: String) -> Refusal
    /// The id of the job that a call is about. Without this, the parameter `id` of the route.
    func jobID(in call: IncomingCall) -> String
    /// A job in the service's format.
    func json(_ job: ServiceJob, for call: IncomingCall) -> JSONNode

    /// The statuses of a job that ends with results.
    var statusesWithResults: Set<String> { get }
    /// Whether the errors of a job are in a file of their own.
    func separatesErrors(_ job: ServiceJob) -> Bool
    /// Why the service rejects one request while its job runs; nil when it accepts the request.
    func objection(to line: InputLine, of job: ServiceJob) -> String?
    /// A successful response of the model.
    func body(_ answer: SimulatedAnswer, to ended: EndedRequest, of job: ServiceJob) -> JSONNode
    /// A result line; nil when the service writes none for this outcome.
    ///
    /// - Parameter number: The 1-based number of the line in its job.
    func line(_ outcome: RequestOutcome, _ ended: EndedRequest, number: Int, of job: ServiceJob) -> ResultLine?
    /// Stores what a job has ended with: a job as it was before, and the results after the script's changes.
    func keep(_ files: SimulatedFiles, of job: ServiceJob, _ lines: ResultLines)
}

extension Service {
    func wrongMethod(_ call: IncomingCall) -> Refusal { unknown(call) }
    func jobID(in call: IncomingCall) -> String { call["id"] }
    var statusesWithResults: Set<String> { FinalStatus.withResults }
    func separatesErrors(_ job: ServiceJob) -> Bool { true }
    func objection(to line: InputLine, of job: ServiceJob) -> String? { nil }
    func body(_ answer: SimulatedAnswer, to ended: EndedRequest, of job: ServiceJob) -> JSONNode {
        DefaultBody.json(answer, to: ended.request)
    }
    func keep(_ files: SimulatedFiles, of job: ServiceJob, _ lines: ResultLines) {}
}

extension Service {
    /// The script in force.
    var script: SimulatorScript { store.script }

    /// Accepts a job, and records it in the ledger.
    ///
    /// - Parameters:
    ///   - filename: The name of its input file.
    ///   - input: The bytes of its input.
    func accept(_ job: ServiceJob, filename: String = "", input: Data) -> ServiceJob {
        store.ledger.recordJob(
            LedgerJob(
                batchID: job.id, inputFileID: job.inputFileID, inputFilename: filename,
                inputSHA256: Fingerprint.sha256(input), endpoint: job.endpoint, metadata: job.metadata ?? [:],
                customIDs: job.lines.map(\.customID)))
        end(store.jobs.add(job, script))
        return store.jobs[job.id] ?? job
    }

    /// The job with this id, one status further than at the last call.
    func look(at id: String) throws(Refusal) -> ServiceJob {
        if store.jobs.isHidden(id, script) { throw noJob(id) }
        end(store.jobs.advance(id, script))
        return try job(id)
    }

    /// Shows a job, one status further than at the last call.
    func showJob(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        WireReply(json(try look(at: jobID(in: call)), for: call))
    }

    /// The job with this id, unchanged.
    func job(_ id: String) throws(Refusal) -> ServiceJob {
        if let job = store.jobs[id] { return job }
        throw noJob(id)
    }

    /// Starts to cancel a job. Throws `refusal` if the job has ended.
    func cancel(_ id: String, else refusal: (ServiceJob) -> Refusal) throws(Refusal) -> ServiceJob {
        let job = try job(id)
        if job.isDone { throw refusal(job) }
        store.jobs.change(id) { $0.move(to: "cancelling") }
        return try self.job(id)
    }

    /// The jobs that a listing shows.
    func listed(isFirstPage: Bool) -> [ServiceJob] { store.jobs.listed(script, isFirstPage: isFirstPage) }

    /// Advances every job, for callers that use only the list because they lost the response to a create call.
    func advanceAll() {
        for job in store.jobs.all { end(store.jobs.advance(job.id, script)) }
    }

    /// Sets a job's status; false when there is no such job.
    func force(_ id: String, to status: String) -> Bool {
        guard store.jobs[id] != nil else { return false }
        end(store.jobs.force(id, to: status, script))
        return true
    }

    /// The problems of an input, if the script wants inputs to be checked.
    func checked(_ problems: [BatchProblem]) -> [BatchProblem] { script.validates ? problems : [] }

    /// The size of a page: what a caller wants, at most what the script allows.
    func pageSize(_ wanted: Int) -> Int { min(wanted, script.longestPage ?? wanted) }

    /// Creates the results of a job that ends.
    private func end(_ ending: JobTable.Ending?) {
        guard let (job, status) = ending else { return }
        let hasResults = statusesWithResults.contains(status)
        let lines = hasResults ? resultLines(of: job, status) : ResultLines(separatesErrors: separatesErrors(job))
        let counts = SimulatedCounts(
            total: job.lines.count, completed: lines.succeeded, failed: lines.count - lines.succeeded)
        var files = SimulatedFiles(
            batch: job.publicView, status: status, output: lines.output.isEmpty ? nil : Lines.join(lines.output),
            error: lines.errors.isEmpty ? nil : Lines.join(lines.errors), counts: hasResults ? counts : job.counts)
        script.shapeFiles?(&files)
        store.jobs.change(job.id) { [files] in
            $0.move(to: files.status)
            $0.counts = files.counts
            $0.tally = lines.tally
            $0.results = files
        }
        keep(files, of: job, lines)
    }

    private func resultLines(of job: ServiceJob, _ status: String) -> ResultLines {
        var lines = ResultLines(separatesErrors: separatesErrors(job))
        for ended in job.ending(in: status, script: script, ledger: store.ledger) {
            switch ended.answer {
            case .raw(let bytes)?: lines.add(ResultLine(bytes: bytes, kind: "succeeded"))
            case .rawError(let bytes)?: lines.add(ResultLine(bytes: bytes, kind: "failed"))
            default:
                guard let outcome = outcome(of: ended, in: job, status),
                    let line = line(outcome, ended, number: lines.count + 1, of: job)
                else { continue }
                lines.add(line)
            }
        }
        return lines
    }

    private func outcome(of ended: EndedRequest, in job: ServiceJob, _ status: String) -> RequestOutcome? {
        guard let answer = ended.answer else { return .unanswered(status) }
        if script.validates, let objection = objection(to: ended.line, of: job) {
            return .failure(status: 400, code: nil, message: objection, type: "invalid_request_error")
        }
        switch answer {
        case .success, .text, .reply: return .body(status: 200, body(answer, to: ended, of: job))
        case .body(let status, let json): return .body(status: status, .verbatim(json))
        case .httpError(let status, let code, let message, let type):
            return .failure(status: status, code: code, message: message, type: type)
        case .expired: return .expired
        case .raw, .rawError, .silent: return nil
        }
    }
}
