// A client of gRPC that carries messages which somebody else wrote: so the tests see grpc-go's HTTP/2, not its codecs.
//
//	grpc-go-client ADDRESS METHOD unary|stream [CA-FILE]
//
// Reads messages from standard input, a line of hexadecimal digits each, and prints the answers likewise. Unary calls are
// made all at once, on one connection, and answered in their order; a stream takes and gives any number of messages.
package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

const (
	lineBytesMax = 16 << 20
	timeout      = 30 * time.Second
)

// Messages as they are.
type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Marshal(message any) ([]byte, error) {
	bytes, ok := message.(*[]byte)
	if !ok {
		return nil, fmt.Errorf("%T is not bytes", message)
	}
	return *bytes, nil
}

func (rawCodec) Unmarshal(data []byte, message any) error {
	bytes, ok := message.(*[]byte)
	if !ok {
		return fmt.Errorf("%T is not bytes", message)
	}
	*bytes = append([]byte(nil), data...)
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 3 {
		return errors.New("usage: grpc-go-client ADDRESS METHOD unary|stream [CA-FILE]")
	}
	trust := insecure.NewCredentials()
	if len(args) > 3 {
		var err error
		if trust, err = credentials.NewClientTLSFromFile(args[3], "localhost"); err != nil {
			return err
		}
	}
	connection, err := grpc.NewClient(
		args[0],
		grpc.WithTransportCredentials(trust),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(rawCodec{}), grpc.MaxCallRecvMsgSize(lineBytesMax)),
	)
	if err != nil {
		return err
	}
	defer connection.Close()
	messages, err := readMessages()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if args[2] == "stream" {
		return stream(ctx, connection, args[1], messages)
	}
	return unary(ctx, connection, args[1], messages)
}

func unary(ctx context.Context, connection *grpc.ClientConn, method string, messages [][]byte) error {
	answers := make([][]byte, len(messages))
	failures := make([]error, len(messages))
	var calls sync.WaitGroup
	for index := range messages {
		calls.Add(1)
		go func(index int) {
			defer calls.Done()
			failures[index] = connection.Invoke(ctx, method, &messages[index], &answers[index])
		}(index)
	}
	calls.Wait()
	for index, answer := range answers {
		if failures[index] != nil {
			return failures[index]
		}
		fmt.Println(hex.EncodeToString(answer))
	}
	return nil
}

func stream(ctx context.Context, connection *grpc.ClientConn, method string, messages [][]byte) error {
	description := &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}
	calls, err := connection.NewStream(ctx, description, method)
	if err != nil {
		return err
	}
	for index := range messages {
		if err := calls.SendMsg(&messages[index]); err != nil {
			return err
		}
	}
	if err := calls.CloseSend(); err != nil {
		return err
	}
	for {
		var answer []byte
		err := calls.RecvMsg(&answer)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		fmt.Println(hex.EncodeToString(answer))
	}
}

func readMessages() ([][]byte, error) {
	var messages [][]byte
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, lineBytesMax)
	for lines.Scan() {
		message, err := hex.DecodeString(lines.Text())
		if err != nil {
			return nil, err
		}
		messages = append(messages, message)
	}
	return messages, lines.Err()
}
