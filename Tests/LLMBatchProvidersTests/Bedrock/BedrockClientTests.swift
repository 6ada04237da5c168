import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// The simulator speaks as the services do: the vendor's own client works with it unchanged.
@Suite("Bedrock: the vendor's client", .timeLimit(.minutes(2)))
struct BedrockClientTests {
    private static let script = #"""
        import json, sys, boto3
        from botocore.config import Config
        from botocore.exceptions import ClientError

        origin = sys.argv[1]
        session = boto3.Session(
            aws_access_key_id="AKIATEST", aws_secret_access_key="bedrock-secret", region_name="us-east-1")
        s3 = session.client("s3", endpoint_url=origin, config=Config(s3={"addressing_style": "path"}))
        bedrock = session.client("bedrock", endpoint_url=origin)
        lines = [json.dumps({"recordId": f"CALL{i:07}", "modelInput": {
            "anthropic_version": "bedrock-2023-05-31", "max_tokens": 100,
            "messages": [{"role": "user", "content": str(i)}]}}) for i in range(3)]
        s3.put_object(Bucket="batches", Key="in/a b.jsonl", Body=b"x")
        s3.put_object(Bucket="batches", Key="in/a.jsonl", Body="\n".join(lines).encode())
        s3.upload_fileobj(__import__("io").BytesIO(b"y" * 9_000_000), "batches", "in/large.bin")
        assert s3.head_object(Bucket="batches", Key="in/large.bin")["ContentLength"] == 9_000_000
        keys = [o["Key"] for page in s3.get_paginator("list_objects_v2").paginate(
            Bucket="batches", Prefix="in/", PaginationConfig={"PageSize": 2}) for o in page["Contents"]]

        def create(name, token):
            return bedrock.create_model_invocation_job(
                jobName=name, roleArn="arn:aws:iam::123456789012:role/BatchRole", clientRequestToken=token,
                modelId="anthropic.claude-3-haiku-20240307-v1:0", timeoutDurationInHours=48,
                inputDataConfig={"s3InputDataConfig": {"s3Uri": "s3://batches/in/a.jsonl"}},
                outputDataConfig={"s3OutputDataConfig": {"s3Uri": "s3://batches/out/"}})["jobArn"]

        arn = create("first", "token1")
        assert create("first", "token1") == arn
        words = []
        while not words or words[-1] != "Completed":
            job = bedrock.get_model_invocation_job(jobIdentifier=arn)
            words.append(job["status"])
        short = arn.split("/")[-1]
        assert bedrock.get_model_invocation_job(jobIdentifier=short)["jobArn"] == arn
        out = s3.get_object(Bucket="batches", Key=f"out/{short}/a.jsonl.out")["Body"].read().decode().splitlines()
        answers = {l["recordId"]: l["modelOutput"]["content"][0]["text"] for l in map(json.loads, out)}
        manifest = json.loads(s3.get_object(Bucket="batches", Key=f"out/{short}/manifest.json.out")["Body"].read())
        part = s3.get_object(Bucket="batches", Key="in/large.bin", Range="bytes=8999990-")["Body"].read().decode()
        second = create("second", "token2")
        names = [j["jobName"] for page in bedrock.get_paginator("list_model_invocation_jobs").paginate(
            PaginationConfig={"PageSize": 1}) for j in page["invocationJobSummaries"]]
        found = bedrock.list_model_invocation_jobs(nameContains="sec", statusEquals="Validating")
        bedrock.stop_model_invocation_job(jobIdentifier=second)
        stopped = bedrock.get_model_invocation_job(jobIdentifier=second)["status"]
        errors = []
        for call in (lambda: bedrock.stop_model_invocation_job(jobIdentifier=second),
                     lambda: bedrock.get_model_invocation_job(jobIdentifier="nosuchjob123"),
                     lambda: s3.get_object(Bucket="batches", Key="none"), lambda: s3.head_bucket(Bucket="none"),
                     lambda: create("first", "token3")):
            try: call()
            except ClientError as e: errors.append(e.response["Error"]["Code"])
        sts = session.client("sts", endpoint_url=origin)
        lent = sts.assume_role_with_web_identity(
            RoleArn="arn:aws:iam::123456789012:role/App", RoleSessionName="session", WebIdentityToken="jwt-1")
        role = session.client("iam", endpoint_url=origin).get_role(RoleName="BatchRole")["Role"]
        print(json.dumps({"keys": keys, "words": words, "answers": answers, "manifest": manifest, "part": part,
                          "names": names, "found": [j["jobName"] for j in found["invocationJobSummaries"]],
                          "stopped": stopped, "errors": errors, "lent": lent["Credentials"]["AccessKeyId"],
                          "trusts": role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"]}))
        """#

    @Test("The vendor's client drives a whole batch against the simulator", .enabled(if: PythonServer.python != nil))
    func drivesAWholeBatch() async throws {
        let account = SimulatedAWS {
            $0.keys = BedrockTests.account.keys
            $0.lentKeys = AWSKeyTests.lent
            $0.webIdentity = "jwt-1"
        }
        try await ProviderSimulator.withRunning(.bedrock(account)) { simulator in
            let bench = try Workbench()
            let running = try Tool.Running(
                tool: Tool(folder: bench.folder), binary: URL(filePath: try #require(PythonServer.python)),
                arguments: ["-c", Self.script, simulator.origin], input: nil)
            let ended = try await running.ended()
            try #require(ended.code == 0, "\(ended.errors)")
            let seen = try ended.json()
            func list(_ name: String) -> String { seen.raw(name).map { String(decoding: $0, as: UTF8.self) } ?? "" }
            #expect(list("keys") == #"["in/a b.jsonl", "in/a.jsonl", "in/large.bin"]"#)
            #expect(list("words") == #"["InProgress", "InProgress", "Completed"]"#)
            #expect(seen.object("answers")?.string("CALL0000002") == "Answer to CALL0000002")
            #expect(seen.object("manifest")?.integer("successRecordCount") == 3)
            #expect(seen.string("part") == "yyyyyyyyyy")
            #expect(list("names") == #"["second", "first"]"# && list("found") == #"["second"]"#)
            #expect(seen.string("stopped") == "Stopped")
            #expect(
                list("errors")
                    == #"["ConflictException", "ResourceNotFoundException", "NoSuchKey", "404", "ConflictException"]"#)
            #expect(seen.string("lent") == "ASIA1" && seen.string("trusts") == "bedrock.amazonaws.com")
        }
    }
}
