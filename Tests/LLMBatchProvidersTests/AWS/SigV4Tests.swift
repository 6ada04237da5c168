import Foundation
import LLMBatchProviders
import Testing

/// Calls whose signatures were made by botocore with a stopped clock.
@Suite("AWS: signing")
struct SigV4Tests {
    struct Vector: Sendable, CustomTestStringConvertible {
        var name: String
        var service = SigV4.Service.s3
        var method = "GET"
        var host = "my-bucket.s3.us-east-1.amazonaws.com"
        var path: String
        var query = ""
        var type: String?
        var token: String?
        var payload = SigV4.emptyPayload
        var canonical: String
        var signature: String

        var testDescription: String { name }
    }

    static let arn = "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Amodel-invocation-job%2Fabcdefghijkl"
    static let bedrock = "bedrock.us-east-1.amazonaws.com"
    static let standard = "my-bucket.s3.amazonaws.com"

    static let vectors = [
        Vector(
            name: "B1: a job by its ARN", service: .bedrock, host: bedrock, path: "/model-invocation-job/\(arn)",
            canonical: "d5ea75619c342feb257c6325fe1b32425d0cb24b7692b9dc69275f5325a8c3d3",
            signature: "ffad61a4a18ed3c6055e504a753bc4a4d7b0230f7e346f76d68bb5859aa3f303"),
        Vector(
            name: "B2: with a session token", service: .bedrock, host: bedrock,
            path: "/model-invocation-job/abcdefghijkl", token: "SESSIONTOKEN",
            canonical: "a5b14c3e3a7f4c03e0a0347c40234ef3a3237ff1f092d93d327eb6fa050b69b5",
            signature: "97f81d5e100abe638f1119b89634da71353a2c0c4d834fa47b5fc76d7b77e6c6"),
        Vector(
            name: "B3: stop", service: .bedrock, method: "POST", host: bedrock,
            path: "/model-invocation-job/\(arn)/stop",
            canonical: "cd083073211a622e4135c70ab26c4956c54d78b1e4e83951159042fa9a9d81be",
            signature: "32daef487823316abaeee183362c08bf0fb9bcbbf9bdbd8c384ed1b275e7af0e"),
        Vector(
            name: "B4: a query, in another order on the wire", service: .bedrock, host: bedrock,
            path: "/model-invocation-jobs",
            query:
                "nextToken=a%2Fb%2Bc%3D%3D&maxResults=50&submitTimeAfter=2026-01-01T00%3A00%3A00Z&statusEquals=InProgress",
            canonical: "2420f31b802801498f7d3b73174c9d0c56eeac96f4daa2fc21674b7018cc103e",
            signature: "f8b6e77d5febd82fc3ba03c5015acf88b6cbaaf5df0da46685354ebf34a07c5b"),
        Vector(
            name: "B5: create", service: .bedrock, method: "POST", host: bedrock, path: "/model-invocation-job",
            type: "application/json", payload: "22afbdfe45dd6092c45ec1817163c80794c4a61037b1e5fd9afb9a25d3d5dd2c",
            canonical: "3ab727bd5ada048f1137ef4d8fdb1dd5586b8abd251672ece65557177f8a9ffd",
            signature: "49207227c3acf3aab2c4c130c0ddd9044ef47d4c02c0b6871d0f0701bd5548a9"),
        Vector(
            name: "P1: put, a key that must be encoded", method: "PUT", path: "/batch/in%20put%2B1~.jsonl",
            payload: "e346432021b04179518d9614f3560ccd71354a4ee101ddcb893d6959a9d6301c",
            canonical: "a3cdd883640afc80ca22815af041a4b44240612df343186ef3d3c62fffe2b308",
            signature: "0933087cdef24cb44f6728ea8eb95ca9a647b5359724823b6f478a6ab553af4b"),
        Vector(
            name: "P2: put, unsigned", method: "PUT", path: "/batch/in.jsonl", payload: SigV4.unsignedPayload,
            canonical: "c0847adf352d77d882ed16e78190707177a8bbabdd78f805215a8265ff3c1b77",
            signature: "e036f54cceeed2d78c61c655de73323e2adab29bec2ca427883155ab289691d0"),
        Vector(
            name: "P3: a part", method: "PUT", path: "/in.jsonl", query: "partNumber=1&uploadId=U1",
            payload: "e346432021b04179518d9614f3560ccd71354a4ee101ddcb893d6959a9d6301c",
            canonical: "d91ece62e2186c64396f84d28c56e482af9ec0b24f5830dd4bd28178fe75426f",
            signature: "6f01a35c4ad5edde596e65e6293f7a15e6b1ca1bd83de00ab29352b8374c5ea6"),
        Vector(
            name: "P4: get, with a session token", path: "/out/abcdefghijkl/in.jsonl.out", token: "SESSIONTOKEN",
            canonical: "7f77afc864dbbfa4f8da2d38b6f9598f2aac61864e02e7793a5bb8137db2e6c9",
            signature: "f22858a19de919a8a1af7e342768b7f14f888aa7808123415e29734bbe4a0448"),
        Vector(
            name: "P5: head", method: "HEAD", path: "/in.jsonl",
            canonical: "c91d2556e5f9476b51911a4beeebce42a034dc21943ac4096cf0d0e4c08b7bca",
            signature: "bc9c40cf9fc3221b9f56f0a3ad38d6bf117461b7e56718a2560886f6c3ec334e"),
        Vector(
            name: "P6: abort", method: "DELETE", path: "/in.jsonl", query: "uploadId=U1",
            canonical: "f78a163cf2c8438da98f8cd000588d06be822cf9a8a92e7ae9a3951ddcd22e0e",
            signature: "88c0c641e5c1af625a3d97c09d8ac510beee42ae54ca524d6ce4a9d8abbd9348"),
        Vector(
            name: "P7: list", host: standard, path: "/",
            query: "list-type=2&prefix=out%2Fabcdefghijkl%2F&continuation-token=1%2Fx%3D%3D&encoding-type=url",
            canonical: "2530053790b88041b14bf7b1047bae95c59cae4590037f00921ba86811f377f4",
            signature: "775d890cf611b64891f031afee18e6274e7cdc45f7b283eb2af92e755ede7ebf"),
        Vector(
            name: "P8: a parameter without a value", method: "POST", host: standard, path: "/in.jsonl",
            query: "uploads", canonical: "93594b534ba7fa19444f093bb82029d1b3a586e75cc434fa4836f5ffb2991593",
            signature: "1f11e873b8f7ed6c1901f0fe1723f8fb5be47a7f3ec4433de7d7b7c37271b5c9"),
        Vector(
            name: "P9: complete", method: "POST", host: standard, path: "/in.jsonl", query: "uploadId=U1",
            payload: "e9d34aeddef49bb8dd616216f382f82cb41e7a29df5fd43155524bd8830aa022",
            canonical: "43eee12c583f6ab5493b926b8bb287bdf73610160aa62ff0bfc4bb6a673c3d8a",
            signature: "f084395c7575721012662275d9dd815ebec86ef125e472c552fdd8554a315703"),
    ]

    static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    static func keys(_ token: String? = nil) -> AWSKeys {
        AWSKeys(accessKeyID: "AKIDEXAMPLE", secretAccessKey: secret, sessionToken: token)
    }
    static let date = Date(timeIntervalSince1970: 1_768_480_496)

    @Test("Requests are signed as in Amazon's test vectors", arguments: vectors)
    func isSignedAsTheVectorsSay(_ vector: Vector) {
        let signing = SigV4(region: "us-east-1", service: vector.service)
        let call = SigV4.Call(
            method: vector.method, host: vector.host, path: vector.path, query: vector.query,
            headers: vector.type.map { [("Content-Type", $0)] } ?? [], payload: vector.payload)
        #expect(signing.canonicalHash(of: call, keys: Self.keys(vector.token), at: Self.date) == vector.canonical)
        let headers = Dictionary(
            uniqueKeysWithValues: signing.headers(for: call, keys: Self.keys(vector.token), at: Self.date))
        #expect(headers["x-amz-date"] == "20260115T123456Z")
        #expect(headers["x-amz-security-token"] == vector.token)
        #expect(headers["x-amz-content-sha256"] == (vector.service == .s3 ? vector.payload : nil))
        #expect(headers["authorization"]?.hasSuffix(", Signature=\(vector.signature)") == true)
    }

    @Test("A signing key belongs to one day")
    func keysOfADay() {
        #expect(
            SigV4(region: "us-east-1", service: .bedrock).signingKeyHex(Self.keys(), at: Self.date)
                == "61dbb1faa6f55b130699b28cdab1ec8b5ae1f3cf97e5c05fc56c3e887ba13586")
        #expect(
            SigV4(region: "us-east-1", service: .s3).signingKeyHex(Self.keys(), at: Self.date)
                == "752c0fbdc2c2d87910a21a6805cc5a7923650984c6c2c9489995de6c86f80530")
    }

    @Test("The signature names its headers and scope")
    func headersAndScopeAreNamed() {
        let call = SigV4.Call(method: "POST", host: Self.bedrock, path: "/x", headers: [("Content-Type", "a   b ")])
        let headers = SigV4(region: "eu-west-1", service: .bedrock).headers(
            for: call, keys: Self.keys("T"), at: Self.date)
        let authorization = headers.first { $0.name == "authorization" }?.value ?? ""
        #expect(
            authorization.hasPrefix(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260115/eu-west-1/bedrock/aws4_request, "
                    + "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature="))
    }

    @Test("Keys do not appear in descriptions")
    func keysShowThemselvesToNobody() {
        let keys = Self.keys("SESSIONTOKEN")
        for text in ["\(keys)", String(reflecting: keys), String(describing: Optional(keys))] {
            #expect(!text.contains("wJalr") && !text.contains("SESSIONTOKEN"))
        }
    }
}
