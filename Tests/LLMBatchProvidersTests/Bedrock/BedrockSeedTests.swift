import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// What people do with Bedrock's batches elsewhere, done here.
@Suite("Bedrock: the life of a batch", .timeLimit(.minutes(2)))
struct BedrockSeedTests {
    typealias Base = BedrockTests

    /// What the simulator was told in its create calls.
    static func created(_ simulator: ProviderSimulator) throws -> [JSONObject] {
        try simulator.ledger.calls(.createBatch).map { try JSONObject(Array(try #require($0.body))) }
    }

    @Test("The model, bucket, region, job name, role, hours and keys are settings")
    func bo1() async throws {
        try await ProviderSimulator.withRunning(.bedrock(Base.account)) { simulator in
            let bench = try Workbench()
            let batch = try await Base.run(
                2, on: simulator,
                options: [
                    "hours": "48", "prefix": "team-a/x", "kms-key": "alias/batch", "bucket-owner": "123456789012",
                ],
                bench: bench)
            let body = try #require(try Self.created(simulator).first)
            #expect(body.string("modelId") == Base.claude && body.string("roleArn") == Base.role)
            #expect(body.integer("timeoutDurationInHours") == 48)
            let job = try #require(try await batch.providerJobs().first)
            let token = try #require(job.state.token)
            #expect(body.string("jobName") == "llmbatch-\(token)" && body.string("clientRequestToken") == token)
            let input = body.object("inputDataConfig")?.object("s3InputDataConfig")
            #expect(input?.string("s3Uri") == "s3://batches/team-a/x/in/\(token).jsonl")
            #expect(input?.string("s3BucketOwner") == "123456789012")
            let output = body.object("outputDataConfig")?.object("s3OutputDataConfig")
            #expect(
                output?.string("s3Uri") == "s3://batches/team-a/x/out/"
                    && output?.string("s3EncryptionKeyId") == "alias/batch")
            let attempt = try #require(try await batch.attempts().first)
            #expect(attempt.provider.options["region"] == "us-east-1" && attempt.account?.project == "123456789012")
            let scope = simulator.ledger.calls(.createBatch).first?.headers["authorization"]
            #expect(scope?.contains("Credential=AKIATEST/") == true && scope?.contains("/us-east-1/bedrock/") == true)
        }
    }

    @Test("Each mistake in the setup has its own clear error before anything is uploaded")
    func bo2() async throws {
        let account = SimulatedAWS {
            $0.keys = Base.account.keys
            $0.buckets = ["batches": "us-east-1", "far": "eu-west-1"]
            $0.roles["Other"] = "ec2.amazonaws.com"
        }
        let mistakes: [([String: String], String)] = [
            (["bucket": "nowhere"], "there is no bucket nowhere"),
            (["bucket": "far"], "another region, eu-west-1"),
            (["role": "arn:aws:iam::123456789012:role/Nobody"], "there is no role Nobody in account 123456789012"),
            (["role": "arn:aws:iam::123456789012:role/Other"], "cannot be assumed by bedrock.amazonaws.com"),
            (["minimum-requests": "100"], "needs at least 100 requests per job; this one would have 3"),
        ]
        try await ProviderSimulator.withRunning(.bedrock(account)) { simulator in
            for (options, reason) in mistakes {
                let bench = try Workbench()
                let error = await #expect(throws: LLMBatchError.self) {
                    _ = try await Base.run(3, on: simulator, options: options, bench: bench)
                }
                #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
            }
            #expect(simulator.ledger.callCount(.uploadFile) == 0 && simulator.ledger.callCount(.createBatch) == 0)
        }
    }

    @Test("Invalid settings are rejected at once")
    func bo2Settings() throws {
        let mistakes: [([String: String], String)] = [
            (["bucket": "s3://x"], "option bucket"), (["role": "BatchRole"], "option role"),
            (["region": "Frankfurt"], "option region"), (["hours": "23"], "option hours"),
            (["hours": "169"], "option hours"), (["prefix": "a b"], "option prefix"),
            (["family": "gpt"], "has no family"), (["surprise": "1"], "no option"),
        ]
        for (options, reason) in mistakes {
            let usual = ["bucket": "batches", "role": Base.role, "region": "us-east-1"]
            let settings = ProviderSettings(name: "bedrock", options: usual.merging(options) { $1 })
            let error = #expect(throws: LLMBatchError.self) { _ = try Provider.bedrock(settings) }
            #expect(
                error?.code == .invalidConfiguration && error?.message.contains(reason) == true,
                "\(error?.message ?? "")")
        }
        for missing in ["bucket", "role"] {
            var options = ["bucket": "batches", "role": Base.role, "region": "us-east-1"]
            options[missing] = nil
            let error = #expect(throws: LLMBatchError.self) {
                _ = try Provider.bedrock(ProviderSettings(name: "bedrock", options: options))
            }
            #expect(error?.message == "bedrock needs the option \(missing)")
        }
    }

    @Test("Rejected keys and roles that cannot be inspected are reported")
    func bo2Rights() async throws {
        let account = SimulatedAWS {
            $0.keys = [.init(id: "AKIATEST", secret: "another")]
        }
        try await ProviderSimulator.withRunning(.bedrock(account)) { simulator in
            let bench = try Workbench()
            let error = await #expect(throws: LLMBatchError.self) {
                _ = try await Base.run(3, on: simulator, bench: bench)
            }
            #expect(error?.code == .keyRefused, "\(error?.message ?? "")")
        }
        let shy = SimulatedAWS {
            $0.keys = Base.account.keys
            $0.showsRoles = false
        }
        try await ProviderSimulator.withRunning(.bedrock(shy)) { simulator in
            let bench = try Workbench()
            let counts = try await Base.run(3, on: simulator, bench: bench).counts()
            #expect(counts == .of([.succeeded: 3]))
        }
    }

    @Test("Requests are streamed to the bucket as records, and the given file stays unchanged")
    func bo3() async throws {
        try await ProviderSimulator.withRunning(.bedrock(Base.account)) { simulator in
            let bench = try Workbench()
            let path = try bench.file(count: 150)
            let before = try Data(contentsOf: URL(filePath: path))
            let provider = try Provider.bedrock(
                ProviderSettings(
                    name: "bedrock", model: Base.claude, baseURL: simulator.origin,
                    options: [
                        "bucket": "batches", "role": Base.role, "region": "us-east-1", "s3-endpoint": simulator.origin,
                        "iam-endpoint": simulator.origin,
                    ].merging(Workbench.hurry) { $1 }),
                keys: .keys(accessKeyID: "AKIATEST", secretAccessKey: "bedrock-secret"))
            let batch = try await Batch.create(jsonl: path, provider: provider, storage: bench.storage)
            try await batch.wait()
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 150]))
            #expect(try Data(contentsOf: URL(filePath: path)) == before)
            let upload = try #require(simulator.ledger.calls(.uploadFile).first?.body)
            let first = try JSONObject(Array(try #require(upload.split(separator: 0x0A).first)))
            #expect(first.string("recordId") == "r0")
            #expect(first.object("modelInput")?.string("anthropic_version") == "bedrock-2023-05-31")
            #expect(first.object("modelInput")?.has("model") == false)
            #expect(simulator.ledger.acceptedJobs.first?.customIDs.count == 150)
        }
    }

    @Test("Every documented job status is known, and an unknown one means running")
    func bo4() async throws {
        let words: [(String, BatchStatus)] = [
            ("Submitted", .validating), ("Validating", .validating), ("Scheduled", .validating),
            ("InProgress", .inProgress), ("Reticulating", .inProgress), ("Stopping", .cancelling),
        ]
        for (word, status) in words {
            let script = SimulatorScript { $0.statuses = [word, word, "completed"] }
            try await ProviderSimulator.withRunning(.bedrock(Base.account), script) { simulator in
                let bench = try Workbench()
                guard case .batch(let provider) = try Base.provider(simulator).kind else { return }
                let batch = try await Base.run(1, on: simulator, bench: bench)
                let counts = try await batch.counts()
                #expect(counts == .of([.succeeded: 1]))
                let second = try await Batch.create(
                    Workbench.requests(1, model: Base.claude), provider: try Base.provider(simulator),
                    storage: bench.storage)
                try await second.start()
                let id = try #require(try await second.providerJobs().first?.state.remoteID)
                let job = try await provider.job(id)
                #expect(job.rawStatus == word && job.status == status)
            }
        }
    }

    @Test("Results and the manifest are read as a stream, and each record keeps its reason")
    func bo5() async throws {
        let script = SimulatorScript {
            $0.answer = {
                $0.lineIndex == 7 ? .httpError(status: 429, code: nil, message: "too many tokens") : .success
            }
            // Then the manifest has to tell.
            $0.shapeFiles = { $0.counts = nil }
        }
        try await ProviderSimulator.withRunning(.bedrock(Base.account), script) { simulator in
            let bench = try Workbench()
            let batch = try await Base.run(2000, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 1999, .errored: 1]))
            let failed = try #require(try await batch.results(customIDs: ["r7"]).first)
            #expect(failed.statusCode == 429 && failed.error?.message == "too many tokens")
            let reported = try await batch.providerJobs().first?.state.reported
            #expect(reported == .init(total: 2000, completed: 1999, failed: 1))
        }
    }

    @Test("One call submits, waits and collects")
    func bo6() async throws {
        try await ProviderSimulator.withRunning(.bedrock(Base.account)) { simulator in
            var tool = Tool(folder: try Workbench().folder)
            try FileManager.default.createDirectory(at: tool.folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: tool.folder) }
            tool.environment = [
                "AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "bedrock-secret", "AWS_REGION": "us-east-1",
                "AWS_ENDPOINT_URL": simulator.origin,
            ]
            let file = tool.folder.appending(path: "in.jsonl")
            let lines = (0..<100).map {
                #"{"custom_id":"r\#($0)","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"x"}]}}"#
            }
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
            let hurry = Workbench.hurry.flatMap { ["--option", "\($0.key)=\($0.value)"] }
            let ended = try await tool.start(
                [
                    "run", file.path, "--json", "--provider", "bedrock", "--model", Base.claude, "--option",
                    "bucket=batches", "--option", "role=\(Base.role)",
                ] + hurry
            ).ended()
            #expect(ended.code == 0, "\(ended.errors)")
            let count = try ended.count("succeeded")
            #expect(count == 100)
        }
    }

    @Test("Every member of a model's input can be set by a canonical request or a native body")
    func bo7() throws {
        let canonical = #"""
            {"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],"max_tokens":20,
            "stop":["END"],"temperature":0.5,"top_p":0.9,"tools":[{"type":"function","function":{"name":"look",
            "parameters":{"type":"object","properties":{}}}}],"tool_choice":"required"}
            """#
        let input = try JSONNode(Array(try BedrockTranslationTests.input(canonical, "claude").utf8))
        #expect(input["anthropic_version"] == "bedrock-2023-05-31" && input["max_tokens"] == 20)
        #expect(input["system"] != nil && input["messages"]?.elements?.count == 1 && input["model"] == nil)
        #expect(input["stop_sequences"] == ["END"] && input["temperature"]?.literal == "0.5")
        #expect(input["top_p"]?.literal == "0.9" && input["tools"]?.elements?.first?["name"] == "look")
        #expect(input["tool_choice"] == ["type": "any"])
        let native =
            #"{"anthropic_version":"bedrock-2023-05-31","max_tokens":20,"top_k":5,"messages":[{"role":"user","content":"Hi"}]}"#
        #expect(try BedrockTranslationTests.input(native, "claude", options: ["native": "true"]) == native)
    }

    @Test("A custom adapter that is registered last wins; an unknown model's bodies pass through")
    func bo8() async throws {
        struct Shouting: BedrockModelAdapter {
            func modelInput(of request: OutgoingRequest) -> [UInt8] { Array(#"{"shout":true}"#.utf8) }
            func answer(_ modelOutput: JSONObject, id: String) -> RealtimeAnswer {
                let text = modelOutput.string("said") ?? ""
                let body =
                    #"{"id":"\#(id)","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"\#(text.uppercased())"},"finish_reason":"stop"}]}"#
                return RealtimeAnswer(statusCode: 200, requestID: id, body: Array(body.utf8))
            }
        }
        var adapters = BedrockAdapters.standard
        try adapters.register(#"haiku"#, Shouting())
        #expect(throws: LLMBatchError.self) { try adapters.register("(", Shouting()) }
        #expect(adapters.adapter(for: Base.claude) is Shouting)
        #expect(!(adapters.adapter(for: "anthropic.claude-sonnet") is Shouting))
        #expect(adapters.isUnknown("acme.rocket-v1") && !adapters.isUnknown("us.meta.llama3-3-70b-instruct-v1:0"))
        let script = SimulatorScript { $0.answer = { _ in .body(status: 200, text: #"{"said":"hello"}"#) } }
        try await ProviderSimulator.withRunning(.bedrock(Base.account), script) { [adapters] simulator in
            let bench = try Workbench()
            let settings = try Base.provider(simulator).settings
            let provider = try Provider.bedrock(
                settings, keys: .keys(accessKeyID: "AKIATEST", secretAccessKey: "bedrock-secret"), adapters: adapters)
            let batch = try await Batch.create(
                Workbench.requests(1, model: Base.claude), provider: provider, storage: bench.storage)
            try await batch.wait()
            let text = try await batch.results().all().first?.text
            #expect(text == "HELLO")
            let sent = simulator.ledger.calls(.uploadFile).first?.body.map { String(decoding: $0, as: UTF8.self) }
            #expect(sent == #"{"recordId":"r0","modelInput":{"shout":true}}"# + "\n")
        }
    }

    struct Review: Codable, Sendable, Equatable {
        var stars: Int
        var title: String
    }

    @Test("A batch is recovered from the ARN of its job after the store is lost")
    func bo9() async throws {
        try await ProviderSimulator.withRunning(.bedrock(Base.account)) { simulator in
            let arn: String
            do {
                let lost = try Workbench()
                let batch = try await Batch.create(
                    Workbench.requests(3, model: Base.claude), provider: try Base.provider(simulator),
                    storage: lost.storage)
                try await batch.start()
                arn = try #require(try await batch.providerJobs().first?.state.remoteID)
            }
            let bench = try Workbench()
            let batch = try await Batch.recover(
                jobARN: arn, keys: .keys(accessKeyID: "AKIATEST", secretAccessKey: "bedrock-secret"),
                baseURL: simulator.origin, options: Workbench.hurry.merging(["s3-endpoint": simulator.origin]) { $1 },
                storage: bench.storage, name: "found again")
            try await batch.wait()
            let results = try await batch.results().all()
            #expect(results.map(\.customID.rawValue) == ["r0", "r1", "r2"])
            #expect(results.map(\.text) == ["Answer to r0", "Answer to r1", "Answer to r2"])
            let settings = try #require(try await batch.attempts().first?.provider)
            #expect(settings.model == Base.claude && settings.options["role"] == Base.role)
            #expect(settings.options["bucket"] == "batches")
            // It is one job, and stays one.
            #expect(simulator.ledger.acceptedJobs.count == 1 && simulator.ledger.uploads.count == 1)
            await #expect(throws: LLMBatchError.self) { try await batch.retry() }
        }
    }

    @Test("A missing job is reported; a recovered batch submits nothing until it is retried")
    func bo9NotThere() async throws {
        let script = SimulatorScript { $0.answer = { _ in .httpError(status: 500, code: nil, message: "broke") } }
        try await ProviderSimulator.withRunning(.bedrock(Base.account), script) { simulator in
            let bench = try Workbench()
            let keys = AWSCredentialSource.keys(accessKeyID: "AKIATEST", secretAccessKey: "bedrock-secret")
            let options = Workbench.hurry.merging(["s3-endpoint": simulator.origin, "minimum-requests": "1"]) { $1 }
            let none = await #expect(throws: LLMBatchError.self) {
                _ = try await Batch.recover(
                    jobARN: "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/nosuchjob123", keys: keys,
                    baseURL: simulator.origin, options: options, storage: bench.storage)
            }
            #expect(none?.code == .notFound)
            let nonsense = await #expect(throws: LLMBatchError.self) {
                _ = try await Batch.recover(jobARN: "arn:aws:s3:::bucket", keys: keys, storage: bench.storage)
            }
            #expect(nonsense?.code == .invalidConfiguration)
            let first = try await Base.run(2, on: simulator, bench: bench)
            let arn = try #require(try await first.providerJobs().first?.state.remoteID)
            let again = try Workbench()
            let batch = try await Batch.recover(
                jobARN: arn, keys: keys, baseURL: simulator.origin, options: options, storage: again.storage)
            try await batch.wait()
            let counts = try await batch.counts()
            #expect(counts == .of([.errored: 2]))
            #expect(simulator.ledger.acceptedJobs.count == 1)
            // What a recovery leaves that is interrupted.
            let settings = try #require(try await batch.attempts().first?.provider)
            let draft = try await Batch.create(
                Workbench.requests(2), provider: try .bedrock(settings, keys: keys), storage: again.storage)
            let refused = await #expect(throws: LLMBatchError.self) { try await draft.start() }
            #expect(refused?.message.contains("interrupted recovery") == true, "\(refused?.message ?? "")")
            #expect(simulator.ledger.acceptedJobs.count == 1)
            simulator.setScript(SimulatorScript())
            try await batch.retry()
            try await batch.wait()
            #expect(try await batch.counts() == .of([.succeeded: 2]))
            #expect(simulator.ledger.acceptedJobs.count == 2)
        }
    }

    @Test("Typed answers come from a forced tool, also in a recovered job; a mismatch gives the reason")
    func bo10() async throws {
        let script = SimulatorScript {
            $0.answer = { request in
                let arguments = request.customID == "bad" ? #"{"stars":"five"}"# : #"{"stars":5,"title":"Fine"}"#
                return .reply(
                    SimulatedReply(
                        text: nil, toolCalls: [.init(id: "t1", name: "llmbatch_answer", arguments: arguments)]))
            }
        }
        try await ProviderSimulator.withRunning(.bedrock(Base.account), script) { simulator in
            let bench = try Workbench()
            let schema = String(decoding: try OutputSchema.derived(from: Review.self).json, as: UTF8.self)
            let format = #"{"type":"json_schema","json_schema":{"name":"review","schema":\#(schema)}}"#
            let lines = ["good", "bad"].map {
                #"{"custom_id":"\#($0)","method":"POST","url":"/v1/chat/completions","body":{"model":"\#(Base.claude)","#
                    + #""messages":[{"role":"user","content":"x"}],"response_format":\#(format)}}"#
            }
            try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: bench.path("in.jsonl")))
            let batch = try await Batch.create(
                jsonl: bench.path("in.jsonl"), provider: try Base.provider(simulator), storage: bench.storage)
            try await batch.start()
            let sent = String(decoding: try #require(simulator.ledger.calls(.uploadFile).first?.body), as: UTF8.self)
            #expect(sent.contains(#""tool_choice":{"type":"tool","name":"llmbatch_answer"}"#))
            let arn = try #require(try await batch.providerJobs().first?.state.remoteID)
            let recovered = try await Batch.recover(
                jobARN: arn, keys: .keys(accessKeyID: "AKIATEST", secretAccessKey: "bedrock-secret"),
                baseURL: simulator.origin, options: Workbench.hurry.merging(["s3-endpoint": simulator.origin]) { $1 },
                storage: try SQLiteStorage(path: bench.path("recovered.db")))
            for batch in [batch, recovered] {
                try await batch.wait()
                let results = try await batch.results().all()
                let good = try #require(results.first { $0.customID == "good" })
                #expect(try good.value(Review.self) == Review(stars: 5, title: "Fine"))
                #expect(good.finishReason == "stop")
                let bad = try #require(results.first { $0.customID == "bad" })
                let mismatch = #expect(throws: OutputMismatch.self) { _ = try bad.value(Review.self) }
                #expect(mismatch?.description.contains("stars") == true && bad.text == #"{"stars":"five"}"#)
            }
        }
    }
}
