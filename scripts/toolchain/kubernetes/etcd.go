package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/embed"
)

// The etcd command of its own module is one package main with etcdctl's vendored flags; the embedded server with its
// own configuration file reads the same keys (https://etcd.io/docs/v3.6/op-guide/configuration/).
func etcd() *cobra.Command {
	var file string
	command := &cobra.Command{
		Use:          "etcd",
		SilenceUsage: true,
		RunE: func(command *cobra.Command, _ []string) error {
			config, err := embed.ConfigFromFile(file)
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			server, err := embed.StartEtcd(config)
			if err != nil {
				return err
			}
			defer server.Close()
			stop, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer cancel()
			select {
			case <-stop.Done():
				return nil
			case err := <-server.Err():
				return err
			}
		},
	}
	command.Flags().StringVar(&file, "config-file", "", "path of the configuration file")
	return command
}
