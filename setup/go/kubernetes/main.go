// Etcd and the Kubernetes API server in one program, so that what they share is linked once:
//
//	kubernetes etcd FLAGS
//	kubernetes kube-apiserver FLAGS
//
// No controller, no scheduler, no node: objects are checked and stored, nothing acts on them.
package main

import (
	"fmt"
	"os"
	_ "time/tzdata" // a CronJob names its time zone, and this machine may have none

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	if len(os.Args) < 2 {
		usage()
	}
	program := os.Args[1]
	switch program {
	case "etcd":
		etcdmain.Main(os.Args[1:])
	case "kube-apiserver":
		// Both read their flags from os.Args.
		os.Args = os.Args[1:]
		os.Exit(cli.Run(app.NewAPIServerCommand()))
	default:
		usage()
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: kubernetes etcd|kube-apiserver FLAGS")
	os.Exit(2)
}
